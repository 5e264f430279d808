using VisionCluster.Models.Gguf;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_WellFormed_ReadsMetadataAndTensors()
    {
        var path = new GgufWriter().Text("a", "ä").Integer("b", 7).Number("c", 0.5f).Flag("d", true).Texts("e", ["x", ""]).Integers("f", 1, -2)
            .Tensor("t", [2, 32], [.. Enumerable.Range(0, 64).Select(i => (float)i)]).Tensor("u", [1], [3f]).Write(_folder.Path);

        using var file = GgufFile.Open(path);

        Assert.Equal(("ä", 7L, 0.5, true), (file.Metadata.Text("a"), file.Metadata.Integer("b"), file.Metadata.Number("c"), file.Metadata.Flag("d")));
        Assert.Equal(["x", ""], file.Metadata.Texts("e")!);
        Assert.Equal([1, -2], file.Metadata.Numbers<int>("f", GgufValueType.Int32)!);
        Assert.Equal([2, 32], file.Tensors["t"].Shape);
        Assert.Equal(63f, GgufTensors.ToFloats(file, file.Tensors["t"])[63]);
        Assert.Equal([3f], GgufTensors.ToFloats(file, file.Tensors["u"]));
    }

    [Theory]
    [InlineData(0, 0x58, "not a GGUF")]
    [InlineData(4, 9, "version 9")]
    [InlineData(7, 3, "version")]
    [InlineData(15, 1, "tensors")]
    [InlineData(23, 1, "metadata keys")]
    [InlineData(31, 0x7F, "bytes of a metadata key")]
    [InlineData(33, 77, "unknown type 77")]
    public void Open_HeaderByteChanged_RefusedWithOneSentence(int at, byte value, string expected)
    {
        // 24 bytes of counts, then key length (8), key "k" (1), type (4), value (4).
        var bytes = new GgufWriter().Integer("k", 1).Tensor("t", [1], [3f]).ToArray();
        bytes[at] = value;

        Assert.Contains(expected, Refused(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2u, new long[] { 33 }, 18, "cannot be of type Q4_0")]
    [InlineData(16u, new long[] { 256 }, 66, "ggml type 16")]
    [InlineData(0u, new long[] { 1, 1, 1, 1, 1 }, 4, "5 dimensions")]
    [InlineData(0u, new long[] { 0 }, 4, "impossible dimension 0")]
    [InlineData(0u, new long[] { long.MaxValue, long.MaxValue }, 4, "impossible dimension")]
    [InlineData(0u, new long[] { 2 }, 4, "not inside the file")]
    public void Open_BadTensor_RefusedByName(uint type, long[] shape, int bytes, string expected)
    {
        var message = Refused(new GgufWriter().Tensor("the.tensor", shape, type, new byte[bytes]).ToArray());

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("the.tensor", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TensorOrKeyTwice_Refused()
    {
        Assert.Contains("twice", Refused(new GgufWriter().Integer("k", 1).Integer("k", 1).ToArray()), StringComparison.Ordinal);
        Assert.Contains("twice", Refused(new GgufWriter().Tensor("t", [1], [3f]).Tensor("t", [1], [3f]).ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(1u << 21)]
    public void Open_BadAlignment_Refused(uint alignment) =>
        Assert.Contains("alignment", Refused(new GgufWriter().Integer("general.alignment", alignment).ToArray()), StringComparison.Ordinal);

    [Fact]
    public void Open_CutAnywhere_Refused()
    {
        var whole = new TinyLlama().Write().ToArray();
        for (var length = 0; length < whole.Length; length += 1 + (length / 7))
        {
            Refused(whole[..length]);
        }
    }

    public void Dispose() => _folder.Dispose();

    private string Refused(byte[] bytes)
    {
        var path = Path.Combine(_folder.Path, "bad.gguf");
        File.WriteAllBytes(path, bytes);
        var message = Assert.Throws<ModelException>(() => GgufFile.Open(path)).Message;
        Assert.DoesNotContain(_folder.Path, message, StringComparison.Ordinal);
        return message;
    }
}
