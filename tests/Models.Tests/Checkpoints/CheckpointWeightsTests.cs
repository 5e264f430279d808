using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Tests.Checkpoints;

public sealed class CheckpointWeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weights-").FullName;

    [Fact]
    public void Open_Shards_ReadsAllOfThem()
    {
        Shard("one", "a");
        Shard("two", "b");
        Index("""{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");

        using var weights = CheckpointWeights.Open(_folder);

        Assert.Equal(["a", "b"], weights.Names.Order());
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../one.safetensors"}}""", "outside its folder")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "outside its folder")]
    [InlineData("""{"weight_map":{"a":""}}""", "outside its folder")]
    [InlineData("""{"weight_map":{"a":"missing.safetensors"}}""", "missing")]
    [InlineData("""{"weight_map":{}}""", "0 shards")]
    [InlineData("""{"weight_map":{"a":3}}""", "malformed")]
    [InlineData("""{}""", "malformed")]
    [InlineData("""{""", "malformed")]
    public void Open_BadIndex_Refused(string index, string expected)
    {
        Index(index);

        Assert.Contains(expected, Assert.Throws<ModelException>(() => CheckpointWeights.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TensorInTwoShards_Refused()
    {
        Shard("one", "a");
        Shard("two", "a");
        Index("""{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");

        Assert.Contains("two shards", Assert.Throws<ModelException>(() => CheckpointWeights.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoWeights_Refused() => Assert.Throws<ModelException>(() => CheckpointWeights.Open(_folder));

    [Fact]
    public void ReadFloats_MissingOrOtherShapeOrType_NamesTheTensor()
    {
        SafetensorsWriter.Write(_folder, """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"i":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}""", 16);
        using var weights = CheckpointWeights.Open(_folder);

        Assert.Contains("tensor b", Assert.Throws<ModelException>(() => weights.ReadFloats("b", 2)).Message, StringComparison.Ordinal);
        Assert.Contains("Tensor a has shape [2]", Assert.Throws<ModelException>(() => weights.ReadFloats("a", 3)).Message, StringComparison.Ordinal);
        Assert.Contains("Tensor i has type I64", Assert.Throws<ModelException>(() => weights.ReadFloats("i", 1)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Shard(string name, string tensor) => SafetensorsWriter.Write(
        _folder, $$$"""{"{{{tensor}}}":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4, name: $"{name}.safetensors");

    private void Index(string json) => File.WriteAllText(Path.Combine(_folder, "model.safetensors.index.json"), json);
}
