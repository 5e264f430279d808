using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("safetensors-").FullName;

    [Fact]
    public void Open_WellFormed_ReadsValues()
    {
        var path = SafetensorsWriter.Write(_folder, """{"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]}}""", 4);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal([0, 1, 2, 3], file.Bytes(file.Tensors["a"]).ToArray());
    }

    [Theory]
    [InlineData("F16", new byte[] { 0x00, 0x3C, 0x00, 0xC0 }, new[] { 1f, -2f })]
    [InlineData("BF16", new byte[] { 0x80, 0x3F, 0x00, 0xC0 }, new[] { 1f, -2f })]
    [InlineData("F32", new byte[] { 0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0 }, new[] { 1f, -2f })]
    public void ReadFloats_StoredTypes_WidenExactly(string type, byte[] data, float[] expected)
    {
        var path = SafetensorsWriter.Write(_folder, $$$"""{"a":{"dtype":"{{{type}}}","shape":[2],"data_offsets":[0,{{{data.Length}}}]}}""", data.Length);
        using (var stream = File.OpenWrite(path))
        {
            stream.Seek(-data.Length, SeekOrigin.End);
            stream.Write(data);
        }

        using var weights = CheckpointWeights.Open(_folder);

        Assert.Equal(expected, weights.ReadFloats("a", 2));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,3]}}""", "has 3 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "outside the file")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[3,1]}}""", "outside the file")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[-1,1]}}""", "outside the file")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-2],"data_offsets":[0,2]}}""", "has 2 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}""", "has 4 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", "overlaps")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,2]}}""", "unsupported type F4")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,2]}}""", "lacks dtype")]
    [InlineData("""{"a":3}""", "malformed")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2.5],"data_offsets":[0,2]}}""", "malformed")]
    [InlineData("""[]""", "malformed")]
    [InlineData("""{"a":{"dtype":"U8","shape":[[[[[[[[[[1]]]]]]]]]],"data_offsets":[0,2]}}""", "malformed")]
    public void Open_BadHeader_RefusedWithOneSentence(string header, string expected)
    {
        var path = SafetensorsWriter.Write(_folder, header, 4);

        var error = Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1UL << 31)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1000UL)]
    public void Open_HeaderLongerThanTheFile_Refused(ulong length)
    {
        var path = SafetensorsWriter.Write(_folder, "{}", 0, length);

        Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));
    }

    [Fact]
    public void Open_ShorterThanALength_Refused()
    {
        var path = Path.Combine(_folder, "short.safetensors");
        File.WriteAllBytes(path, [1, 2, 3]);

        Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));
    }

    [Fact]
    public void Open_MutatedHeaders_NeverCrash()
    {
        const string Header = """{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}}""";
        var random = new Random(17);
        for (var i = 0; i < 3_000; i++)
        {
            var header = Header.ToCharArray();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                header[random.Next(header.Length)] = (char)random.Next(32, 127);
            }

            var path = SafetensorsWriter.Write(_folder, new string(header), random.Next(20, 40));
            try
            {
                using var file = SafetensorsFile.Open(path);
                foreach (var tensor in file.Tensors.Values)
                {
                    Assert.Equal(tensor.ByteCount, file.Bytes(tensor).Length);
                }
            }
            catch (ModelException)
            {
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
