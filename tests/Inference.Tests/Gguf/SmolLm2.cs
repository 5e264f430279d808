using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Prompts;
using VisionCluster.Models.Quantization;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Gguf;

/// <summary>The real SmolLM2-135M-Instruct, compiled once for all tests of a class; tests that ask for it are skipped where it is not at hand.</summary>
public sealed class SmolLm2 : IDisposable
{
    private const int Capacity = 512;

    private readonly TemporaryFolder _cache = new();
    private readonly Lazy<CompiledModel> _model;
    private readonly Lazy<ModelInspector> _inspector;
    private readonly Lazy<OnnxDecoderRunner> _decoder;
    private readonly Lazy<PromptPipeline> _prompts;

    public SmolLm2()
    {
        _model = new(() => Compile(ModelPrecision.Fp32));
        _inspector = new(() => new ModelInspector(Model, DeviceOptions.Cpu));
        _decoder = new(() => OnnxDecoderRunner.Open(Model, DeviceOptions.Cpu, slots: 1, Capacity, Capacity));
        _prompts = new(() => PromptPipeline.Load(Model));
    }

    public static string? Folder { get; } = RealModels.Find("smollm2-135m-instruct");

    public static string Golden(string name) => Path.Combine(Fixtures.Root, "smollm2", name);

    public static bool IsAtHand => Folder is not null && File.Exists(Golden("expected.json"));

    public CompiledModel Model => _model.Value;

    public ModelInspector Inspector => _inspector.Value;

    public PromptPipeline Prompts => _prompts.Value;

    internal IDecoderRunner Decoder => _decoder.Value;

    public CompiledModel Compile(ModelPrecision precision, bool keepBlocks = true) => new ModelCompiler(
        new ModelCompilerOptions { CacheFolder = _cache.Path, Precision = precision, KeepBlocks = keepBlocks }).Compile(Folder!);

    public void Dispose()
    {
        if (_inspector.IsValueCreated)
        {
            _inspector.Value.Dispose();
        }

        if (_decoder.IsValueCreated)
        {
            _decoder.Value.Dispose();
        }

        _cache.Dispose();
    }
}
