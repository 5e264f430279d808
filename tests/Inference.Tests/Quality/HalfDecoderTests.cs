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
/// The graphs for GPUs, which compute in halves, run on a CPU: what ONNX Runtime has no CPU kernel for in halves it computes in float32 and
/// rounds, so it is the graph that is looked at here, not a GPU's arithmetic.
/// </summary>
public sealed class HalfDecoderTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public static TheoryData<string> Checkpoints { get; } =
    [
        "models/emoji-vlm",
        "tests/fixtures/families/llama",
        "tests/fixtures/families/mistral",
        "tests/fixtures/families/paligemma",
        "tests/fixtures/families/llava",
        "tests/fixtures/families/idefics2",
    ];

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Decode_SameTokens_CloseToFloat(string checkpoint)
    {
        using var expected = Open(Compile(checkpoint, ModelPrecision.Fp32, accelerator: false));
        using var actual = Open(Compile(checkpoint, ModelPrecision.Fp16));

        var (divergence, agreement) = RunnerComparison.Measure(expected, actual);

        Assert.InRange(divergence, 1e-12, 1e-3);
        Assert.InRange(agreement, 0.97, 1);
    }

    [Theory]
    [InlineData(ModelPrecision.Int8, 0.02)]
    [InlineData(ModelPrecision.Int4, 0.25)]
    public void Decode_Blocks_CloseToFloat(ModelPrecision precision, double most)
    {
        using var expected = Open(Compile("models/emoji-vlm", ModelPrecision.Fp32, accelerator: false));
        using var actual = Open(Compile("models/emoji-vlm", precision));

        Assert.InRange(RunnerComparison.Measure(expected, actual).Divergence, 1e-12, most);
    }

    [Theory]
    [InlineData("models/emoji-vlm", ModelPrecision.Fp16, GraphKind.Decoder)]
    [InlineData("models/emoji-vlm", ModelPrecision.Int4, GraphKind.Decoder)]
    [InlineData("tests/fixtures/families/paligemma", ModelPrecision.Fp16, GraphKind.Decoder)]
    [InlineData("tests/fixtures/families/paligemma", ModelPrecision.Fp16, GraphKind.DecoderPrefix)]
    public void Graph_HoldsNoFloats_AndAttendsInHalves(string checkpoint, ModelPrecision precision, GraphKind kind)
    {
        var graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Compile(checkpoint, precision).GraphPath(kind))).Graph;

        Assert.DoesNotContain(graph.Initializer, tensor => tensor.DataType == (int)DataType.Float);
        var caches = graph.Input.Where(input => input.Name.Contains("key", StringComparison.Ordinal) || input.Name.Contains("value", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(caches);
        Assert.All(caches, cache => Assert.Equal((int)DataType.Float16, cache.Type.TensorType.ElemType));
        Assert.DoesNotContain(graph.Node, node => node.Domain == "visioncluster");
    }

    /// <summary>
    /// What is captured as a CUDA graph may have no node on the CPU. All of these have kernels for both kinds of halves among the CUDA provider's
    /// (onnxruntime: cuda_execution_provider.cc, cuda_contrib_kernels.cc).
    /// </summary>
    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Graph_OfADecoder_HasOnlyNodesThatRunOnAGpu(string checkpoint)
    {
        var graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Compile(checkpoint, ModelPrecision.Fp16).GraphPath(GraphKind.Decoder))).Graph;

        Assert.Subset(
            new HashSet<string>
            {
                "Add", "Cast", "Gather", "Gelu", "Gemm", "GroupQueryAttention", "Identity", "MatMul", "Mul", "QuickGelu", "Reshape",
                "SimplifiedLayerNormalization", "SkipSimplifiedLayerNormalization",
            },
            graph.Node.Select(node => node.OpType).ToHashSet());
    }

    [Fact]
    public void Memory_OfAToken_IsHalf()
    {
        var (half, full) = (Compile("models/emoji-vlm", ModelPrecision.Fp16), Compile("models/emoji-vlm", ModelPrecision.Fp32, accelerator: false));
        var gpu = new DeviceOptions { Kind = DeviceKind.Cuda };

        Assert.Equal(ModelRunners.KvBytesPerToken(full), 2 * ModelRunners.KvBytesPerToken(half, KvPrecision.Auto, gpu));
    }

    [Theory]
    [InlineData(KvPrecision.Fp32)]
    [InlineData(KvPrecision.Int8)]
    public void Open_OtherCache_SaysWhatToChange(KvPrecision precision)
    {
        var error = Assert.Throws<ModelException>(() => ModelRunners.OpenDecoder(
            Compile("models/emoji-vlm", ModelPrecision.Fp16), new DeviceOptions { Kind = DeviceKind.Cuda }, 1, 64, 64, precision));

        Assert.Contains("leave --kv-precision away", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_CompiledForCpus_OnAGpu_SaysWhatToServe()
    {
        var error = Assert.Throws<ModelException>(() => ModelRunners.OpenDecoder(
            Compile("models/emoji-vlm", ModelPrecision.Fp32, accelerator: false), new DeviceOptions { Kind = DeviceKind.Cuda }, 1, 64, 64));

        Assert.Contains("serve the checkpoint", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelPrecision.Fp32, true, "choose fp16, bf16, int8 or int4")]
    [InlineData(ModelPrecision.Fp16, false, "fp16 is for GPUs; on a CPU choose fp32, int8 or int4")]
    [InlineData(ModelPrecision.Bf16, false, "bf16 is for GPUs; on a CPU choose fp32, int8 or int4")]
    public void Compile_PrecisionOfAnotherDevice_SaysWhatToChange(ModelPrecision precision, bool accelerator, string sentence)
    {
        var error = Assert.Throws<ModelException>(() => Compile("models/emoji-vlm", precision, accelerator));

        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_OnAGpu_IsHalves() => Assert.Equal("fp16", Compile("models/emoji-vlm", ModelPrecision.Auto).Manifest.Precision);

    public void Dispose() => _cache.Dispose();

    private static IDecoderRunner Open(CompiledModel model) => ModelRunners.OpenDecoder(model, DeviceOptions.Cpu, RunnerComparison.Rows, capacity: 64, maxChunkTokens: 64);

    private CompiledModel Compile(string checkpoint, ModelPrecision precision, bool accelerator = true) =>
        new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path, Precision = precision, Accelerator = accelerator })
            .Compile(Path.Combine(Fixtures.RepositoryRoot, checkpoint));
}
