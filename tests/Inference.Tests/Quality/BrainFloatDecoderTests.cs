using Google.Protobuf;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx.Protocol;
using VisionCluster.Models.Quantization;
using VisionCluster.TestKit;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Inference.Tests.Quality;

/// <summary>
/// Decoders in bfloat16, which only GPUs have kernels for: every type of the graph, what ONNX Runtime infers of it, and what the same nodes
/// compute over the same rounded weights in float32.
/// </summary>
public sealed class BrainFloatDecoderTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public static TheoryData<string, GraphKind> Graphs { get; } = new()
    {
        { "models/emoji-vlm", GraphKind.Decoder },
        { "tests/fixtures/families/llama", GraphKind.Decoder },
        { "tests/fixtures/families/mistral", GraphKind.Decoder },
        { "tests/fixtures/families/paligemma", GraphKind.Decoder },
        { "tests/fixtures/families/paligemma", GraphKind.DecoderPrefix },
    };

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Graph_ComputesInBrainFloats_FromItsInputsToItsOutputs(string checkpoint, GraphKind kind)
    {
        var graph = Read(Compile(checkpoint), kind).Graph;

        Assert.DoesNotContain(graph.Initializer, tensor => tensor.DataType is (int)DataType.Float or (int)DataType.Float16);
        Assert.Contains(graph.Initializer, tensor => tensor.DataType == (int)DataType.Bfloat16);
        var caches = graph.Input.Concat(graph.Output).Where(value => value.Name.StartsWith("past", StringComparison.Ordinal) || value.Name.StartsWith("present", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(caches);
        Assert.All(caches, cache => Assert.Equal((int)DataType.Bfloat16, cache.Type.TensorType.ElemType));
        var casts = graph.Node.Where(node => node.OpType == "Cast").Select(node => (node.Input[0], node.Output[0], (DataType)node.Attribute.Single().I)).ToList();
        Assert.Contains(casts, cast => cast is { Item1: "inputs_embeds", Item3: DataType.Bfloat16 });
        Assert.Contains(casts, cast => cast is { Item2: "logits", Item3: DataType.Float });
        Assert.Equal(2, casts.Count);
    }

    /// <summary>Types are inferred before kernels are looked for; and a type that is wrong is found.</summary>
    [Theory]
    [MemberData(nameof(Graphs))]
    public void Graph_OnACpu_LacksKernelsAndNothingElse(string checkpoint, GraphKind kind)
    {
        var model = Compile(checkpoint);

        var error = Assert.Throws<ModelException>(() => SessionFactory.Open(model.GraphPath(kind), DeviceOptions.Cpu).Dispose());
        Assert.Contains("Could not find an implementation for", error.Message, StringComparison.Ordinal);

        var graph = Read(model, kind);
        graph.Graph.Node.First(node => node.OpType == "Cast").Attribute.Single().I = (long)DataType.Float16;
        var wrong = Path.Combine(model.Folder, "wrong.onnx");
        File.WriteAllBytes(wrong, graph.ToByteArray());
        error = Assert.Throws<ModelException>(() => SessionFactory.Open(wrong, DeviceOptions.Cpu).Dispose());
        Assert.Contains("Type", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/emoji-vlm")]
    [InlineData("tests/fixtures/families/llama")]
    [InlineData("tests/fixtures/families/mistral")]
    [InlineData("tests/fixtures/families/paligemma")]
    [InlineData("tests/fixtures/families/llava")]
    public void Decode_SameNodesAndWeightsInFloats_CloseToTheCheckpoint(string checkpoint)
    {
        using var widened = new WidenedModel(Compile(checkpoint));
        using var expected = Open(Compile(checkpoint, ModelPrecision.Fp32, accelerator: false));
        using var actual = Open(widened.Model);

        var (divergence, agreement) = RunnerComparison.Measure(expected, actual);

        Assert.InRange(divergence, 1e-12, 1e-2);
        Assert.InRange(agreement, 0.9, 1);
    }

    [Fact]
    public void Encoder_BesideIt_ComputesInHalves()
    {
        var graph = Read(Compile("models/emoji-vlm"), GraphKind.Encoder).Graph;

        Assert.Contains(graph.Initializer, tensor => tensor.DataType == (int)DataType.Float16);
        Assert.DoesNotContain(graph.Initializer, tensor => tensor.DataType is (int)DataType.Bfloat16 or (int)DataType.Float);
    }

    [Fact]
    public void Cache_IsOfBrainFloats_AndOfNothingElse()
    {
        var (model, gpu) = (Compile("models/emoji-vlm"), new DeviceOptions { Kind = DeviceKind.Cuda });

        Assert.Equal("bf16", model.Manifest.Precision);
        Assert.Equal(KvPrecision.Bf16, ModelRunners.Resolve(model, gpu, KvPrecision.Auto));
        Assert.Equal(
            ModelRunners.KvBytesPerToken(Compile("models/emoji-vlm", ModelPrecision.Fp32, accelerator: false)),
            2 * ModelRunners.KvBytesPerToken(model, KvPrecision.Auto, gpu));
        var error = Assert.Throws<ModelException>(() => ModelRunners.OpenDecoder(model, gpu, 1, 64, 64, KvPrecision.Fp16));
        Assert.Contains("leave --kv-precision away", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_BrainFloatCacheOfAnotherModel_SaysWhatToChange()
    {
        var error = Assert.Throws<ModelException>(() => ModelRunners.OpenDecoder(
            Compile("models/emoji-vlm", ModelPrecision.Fp32, accelerator: false), DeviceOptions.Cpu, 1, 64, 64, KvPrecision.Bf16));

        Assert.Contains("--precision bf16", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _cache.Dispose();

    private static ModelProto Read(CompiledModel model, GraphKind kind) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(model.GraphPath(kind)));

    private static IDecoderRunner Open(CompiledModel model) =>
        ModelRunners.OpenDecoder(model, DeviceOptions.Cpu, RunnerComparison.Rows, capacity: 64, maxChunkTokens: 64);

    private CompiledModel Compile(string checkpoint, ModelPrecision precision = ModelPrecision.Bf16, bool accelerator = true) =>
        new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path, Precision = precision, Accelerator = accelerator })
            .Compile(Path.Combine(Fixtures.RepositoryRoot, checkpoint));
}
