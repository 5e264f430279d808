using System.Numerics.Tensors;
using VisionCluster.Imaging;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Processing;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Encoding;

/// <summary>Vision encoders in 8 bits: near float32 on real weights, and the same for an image alone as in company.</summary>
public sealed class Int8EncoderTests
{
    public static TheoryData<string> Models => new(Fixtures.EmojiVlm, Fixtures.EmojiSiglip);

    [Theory]
    [MemberData(nameof(Models))]
    public void Encode_Int8_PointsWhereFloatDoes(string checkpoint)
    {
        using var exact = new Encoder(checkpoint, int8: false);
        using var rounded = new Encoder(checkpoint, int8: true);

        Assert.NotEqual(exact.Model.Manifest.Revision, rounded.Model.Manifest.Revision);
        foreach (var image in Pictures(exact.Model))
        {
            var (a, b) = (exact.Run(image, 0, image.Tiles), rounded.Run(image, 0, image.Tiles));
            Assert.False(a.AsSpan().SequenceEqual(b), "Nothing was rounded.");
            for (var row = 0; row < a.Length; row += exact.Width)
            {
                Assert.InRange(TensorPrimitives.CosineSimilarity<float>(a.AsSpan(row, exact.Width), b.AsSpan(row, exact.Width)), 0.999f, 1.0001f);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Encode_AloneOrInCompany_IsTheSame(string checkpoint)
    {
        using var encoder = new Encoder(checkpoint, int8: true);
        foreach (var image in Pictures(encoder.Model))
        {
            var together = encoder.Run(image, 0, image.Tiles);
            float[] alone = [.. Enumerable.Range(0, image.Tiles).SelectMany(tile => encoder.Run(image, tile, 1))];

            Assert.Equal(alone, together);
        }
    }

    private static IEnumerable<ProcessedImage> Pictures(CompiledModel model)
    {
        var processor = ImageProcessors.Load(model.CheckpointFolder, model.Manifest.Family);
        return Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "samples"), "*.png").Order(StringComparer.Ordinal)
            .Select(file => processor.Process(ImageCodecs.Default.Decode(File.ReadAllBytes(file), ImageLimits.Default)));
    }

    private sealed class Encoder : IDisposable
    {
        private readonly TemporaryFolder _cache = new();
        private readonly IEncoderRunner _runner;

        public Encoder(string checkpoint, bool int8)
        {
            Model = new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path, Int8Encoders = int8 }).Compile(checkpoint);
            _runner = Model.Manifest.Vision is null ? new OnnxEncoderRunner(Model, DeviceOptions.Cpu) : new OnnxVisionRunner(Model, DeviceOptions.Cpu);
        }

        public CompiledModel Model { get; }

        public int Width => _runner.EmbeddingSize;

        public float[] Run(ProcessedImage image, int first, int tiles)
        {
            var size = 3 * image.Height * image.Width;
            var result = new float[tiles * _runner.TokensPerTile(image.Height, image.Width) * Width];
            _runner.Encode(tiles, image.Height, image.Width, image.PixelValues.AsSpan(first * size, tiles * size), [], result);
            return result;
        }

        public void Dispose()
        {
            _runner.Dispose();
            _cache.Dispose();
        }
    }
}
