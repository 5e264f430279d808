using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Onnx;

/// <summary>Models as they are compiled for GPUs.</summary>
public sealed class HalfModels : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    internal CompiledModel Compile(string checkpoint, ModelPrecision precision = ModelPrecision.Fp16) =>
        new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path, Precision = precision, Accelerator = true })
            .Compile(Path.Combine(Fixtures.RepositoryRoot, checkpoint));

    public void Dispose() => _cache.Dispose();
}
