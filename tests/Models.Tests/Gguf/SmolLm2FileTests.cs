using System.Text.Json;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Gguf;

/// <summary>The real SmolLM2-135M-Instruct, where it is at hand: every tensor as the reference dequantises and reorders it.</summary>
[Trait("Category", "Golden")]
public sealed class SmolLm2FileTests
{
    [Fact]
    public void ReadFloats_EveryTensor_SampledValuesAndSumsOfTheReference()
    {
        var golden = Path.Combine(Fixtures.Root, "smollm2", "tensors.json");
        Assert.SkipUnless(RealModels.Find("smollm2-135m-instruct") is not null && File.Exists(golden), "The real model is not at hand.");
        using var source = CheckpointSource.Open(RealModels.Find("smollm2-135m-instruct")!);
        using var tensors = source.OpenTensors();
        using var expected = JsonDocument.Parse(File.ReadAllBytes(golden));
        foreach (var tensor in expected.RootElement.EnumerateArray())
        {
            Check(tensor, tensors);
        }
    }

    private static void Check(JsonElement tensor, ITensorSource tensors)
    {
        var name = tensor.GetProperty("hf").GetString()!;
        long[] shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())];
        var values = tensors.ReadFloats(name, shape);
        var width = shape[^1];
        var samples = tensor.GetProperty("index").EnumerateArray().Select(index => index.EnumerateArray().Aggregate(0L, (at, i) => (at * width) + i.GetInt64()));
        Assert.Equal(tensor.GetProperty("hf_values").EnumerateArray().Select(value => value.GetSingle()), samples.Select(at => values[at]));
        Assert.Equal(tensor.GetProperty("sum").GetDouble(), values.Sum(value => (double)value), 6);
        if (shape.Length == 2)
        {
            var weighted = values.Chunk((int)width).Select((row, i) => (i + 1) * row.Sum(value => (double)value)).Sum();
            Assert.Equal(1, weighted / tensor.GetProperty("sum_row_weighted").GetDouble(), 9);
        }
    }
}
