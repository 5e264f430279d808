using System.Numerics.Tensors;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.Models.Quantization;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Quality;

/// <summary>The graphs themselves, on emoji-vlm's decoder.</summary>
public sealed class PrecisionGraphTests : IDisposable
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 24).Select(i => 300 + (i * 37 % 1_900))];

    private readonly TemporaryFolder _cache = new();

    /// <summary>int8 computes in a rotated space; what inspection shows is in the model's own.</summary>
    [Theory]
    [InlineData(ModelPrecision.Int8, 0.05)]
    [InlineData(ModelPrecision.Int4, 0.25)]
    public void Inspection_EveryLayer_CloseToFloat(ModelPrecision precision, double tolerance)
    {
        var expected = Inspect(ModelPrecision.Fp32);

        var actual = Inspect(precision);

        Assert.Equal(expected.Keys, actual.Keys);
        Assert.Contains(DecoderTensors.TextFinal, expected.Keys);
        foreach (var (name, values) in expected)
        {
            var distance = TensorPrimitives.Distance<float>(values, actual[name]) / TensorPrimitives.Norm<float>(values);
            Assert.True(distance <= tolerance, $"{name} is {distance:P1} off.");
        }
    }

    /// <summary>Integers make it exact: not only the same tokens, the same bits.</summary>
    [Fact]
    public void Int8_RowAloneAndInABatch_SameBits()
    {
        const int Rows = 7;
        using var runner = OnnxDecoderRunner.Open(Compile(ModelPrecision.Int8), DeviceOptions.Cpu, Rows, capacity: 64, maxChunkTokens: 64);
        for (var slot = 0; slot < Rows; slot++)
        {
            runner.Prefill(slot, 0, Embed(runner, Prompt[slot..(slot + 10)]), []);
        }

        var (together, alone) = (new float[Rows * runner.VocabularySize], new float[runner.VocabularySize]);
        runner.Decode(Prompt[..Rows], [.. Enumerable.Repeat(10, Rows)], together);
        runner.Decode(Prompt[..1], [10], alone);

        Assert.Equal(alone, together[..runner.VocabularySize]);
    }

    [Fact]
    public void Int8_PromptInChunks_SameBits()
    {
        using var runner = OnnxDecoderRunner.Open(Compile(ModelPrecision.Int8), DeviceOptions.Cpu, slots: 2, capacity: 64, maxChunkTokens: 64);
        var (whole, parts) = (new float[runner.VocabularySize], new float[runner.VocabularySize]);
        runner.Prefill(0, 0, Embed(runner, Prompt), whole);
        runner.Prefill(1, 0, Embed(runner, Prompt[..5]), []);
        runner.Prefill(1, 5, Embed(runner, Prompt[5..6]), []);
        runner.Prefill(1, 6, Embed(runner, Prompt[6..]), parts);

        Assert.Equal(whole, parts);
    }

    public void Dispose() => _cache.Dispose();

    private static float[] Embed(OnnxDecoderRunner runner, int[] ids)
    {
        var embeddings = new float[ids.Length * runner.HiddenSize];
        runner.Embed(ids, embeddings);
        return embeddings;
    }

    private Dictionary<string, float[]> Inspect(ModelPrecision precision)
    {
        var model = Compile(precision);
        using var table = new EmbeddingTable(model);
        using var inspector = new ModelInspector(model, DeviceOptions.Cpu);
        var embeddings = new float[Prompt.Length * table.HiddenSize];
        table.Lookup(Prompt, embeddings);
        return inspector.Decode(embeddings).ToDictionary(tensor => tensor.Name, tensor => tensor.Values);
    }

    private CompiledModel Compile(ModelPrecision precision) =>
        new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path, Precision = precision }).Compile(Fixtures.EmojiVlm);
}
