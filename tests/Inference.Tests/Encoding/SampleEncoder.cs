using VisionCluster.Imaging;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Processing;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Encoding;

/// <summary>A checkpoint's vision encoder, compiled for the test, and the sample pictures as it wants them.</summary>
internal sealed class SampleEncoder : IDisposable
{
    private readonly TemporaryFolder _cache = new();
    private readonly IEncoderRunner _runner;

    private SampleEncoder(string checkpoint, Func<ModelCompilerOptions, ModelCompilerOptions>? change)
    {
        var options = new ModelCompilerOptions { CacheFolder = _cache.Path };
        Model = new ModelCompiler(change?.Invoke(options) ?? options).Compile(checkpoint);
        _runner = Model.Manifest.Vision is null ? new OnnxEncoderRunner(Model, DeviceOptions.Cpu) : new OnnxVisionRunner(Model, DeviceOptions.Cpu);
    }

    public CompiledModel Model { get; }

    public int Width => _runner.EmbeddingSize;

    public IEnumerable<ProcessedImage> Pictures
    {
        get
        {
            var processor = ImageProcessors.Load(Model.CheckpointFolder, Model.Manifest.Family);
            return Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "samples"), "*.png").Order(StringComparer.Ordinal)
                .Select(file => processor.Process(ImageCodecs.Default.Decode(File.ReadAllBytes(file), ImageLimits.Default)));
        }
    }

    public static SampleEncoder Open(string checkpoint, Func<ModelCompilerOptions, ModelCompilerOptions>? change = null) => new(checkpoint, change);

    public float[] Run(ProcessedImage image, int first, int tiles)
    {
        var size = 3 * image.Height * image.Width;
        var result = new float[tiles * _runner.TokensPerTile(image.Height, image.Width) * Width];
        _runner.Encode(tiles, image.Height, image.Width, image.PixelValues.AsSpan(first * size, tiles * size), Mask(image, first, tiles), result);
        return result;
    }

    public void Dispose()
    {
        _runner.Dispose();
        _cache.Dispose();
    }

    private static ReadOnlySpan<byte> Mask(ProcessedImage image, int first, int tiles)
    {
        var size = image.Height * image.Width;
        return image.PixelMask is { } mask ? mask.AsSpan(first * size, tiles * size) : [];
    }
}
