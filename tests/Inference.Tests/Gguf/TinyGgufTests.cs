using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Gguf;

/// <summary>GGUF files that a test writes, run beside the Hugging Face folder that they could have been converted from.</summary>
public sealed class TinyGgufTests : IDisposable
{
    private static readonly int[] Prompt = [257, .. "user\nHello"u8.ToArray().Select(value => (int)value)];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Logits_FloatFileAndItsFolder_Equal()
    {
        var tiny = new TinyLlama();
        var file = tiny.Write().Write(_folder.Path);
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "hf")).FullName;
        TinyLlamaFolder.Write(folder, new TinyLlama());

        Assert.Equal(Logits(folder), Logits(file));
    }

    [Theory]
    [InlineData(1u, 2, 1)]
    [InlineData(2u, 18, 32)]
    [InlineData(3u, 20, 32)]
    [InlineData(6u, 22, 32)]
    [InlineData(7u, 24, 32)]
    [InlineData(8u, 34, 32)]
    [InlineData(12u, 144, 256)]
    [InlineData(13u, 176, 256)]
    [InlineData(14u, 210, 256)]
    [InlineData(30u, 2, 1)]
    public void Logits_EveryType_FiniteAndUnlikeAnother(uint type, int blockBytes, int blockWeights)
    {
        var tiny = new TinyLlama(hidden: 256);
        var path = tiny.Write((_, rows, columns) => (type, GgufBytes.Random(tiny, type, rows * columns / blockWeights, blockBytes))).Write(_folder.Path);

        var logits = Logits(path);

        Assert.All(logits, value => Assert.True(float.IsFinite(value), $"{value} among the logits"));
        Assert.True(logits.Max() > logits.Min());
    }

    public void Dispose() => _folder.Dispose();

    private float[] Logits(string checkpoint)
    {
        var model = new ModelCompiler(new ModelCompilerOptions { CacheFolder = Path.Combine(_folder.Path, "cache") }).Compile(checkpoint);
        using var table = new EmbeddingTable(model);
        using var inspector = new ModelInspector(model, DeviceOptions.Cpu);
        var embeddings = new float[Prompt.Length * table.HiddenSize];
        table.Lookup(Prompt, embeddings);
        return inspector.Decode(embeddings).Single(tensor => tensor.Name == DecoderTensors.Logits).Values;
    }
}
