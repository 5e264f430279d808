using System.Diagnostics;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Measurement;

/// <summary>Times a model's vision graph by itself: no files, processor or batcher in the way.</summary>
public sealed class EncoderMeter : IDisposable
{
    private readonly IEncoderRunner _runner;
    private readonly float[] _pixels;
    private readonly float[] _embeddings;

    /// <param name="model">The model.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="maxTiles">Most images or tiles of one run.</param>
    /// <exception cref="ModelException">The model has no vision graph, or it does not load.</exception>
    public EncoderMeter(CompiledModel model, DeviceOptions device, int maxTiles)
    {
        (_runner, Height, Width) = model.Manifest switch
        {
            { Vision: { } vision } => ((IEncoderRunner)new OnnxVisionRunner(model, device), vision.Height, vision.Width),
            { Encoder: { } encoder } => (ModelRunners.OpenEncoder(model, device), encoder.Side * encoder.PatchSize, encoder.Side * encoder.PatchSize),
            _ => throw new ModelException($"{model.Name} has no vision encoder."),
        };
        TokensPerTile = _runner.TokensPerTile(Height, Width);
        _pixels = new float[maxTiles * 3 * Height * Width];
        _embeddings = new float[maxTiles * TokensPerTile * _runner.EmbeddingSize];

        // Any picture costs the same; a fixed one makes results comparable.
        var random = new Random(1);
        for (var i = 0; i < _pixels.Length; i++)
        {
            _pixels[i] = (random.NextSingle() * 2) - 1;
        }
    }

    /// <summary>Pixels of a tile.</summary>
    public int Height { get; }

    /// <summary>See <see cref="Height"/>.</summary>
    public int Width { get; }

    /// <summary>Image tokens, or 1 for a feature vector.</summary>
    public int TokensPerTile { get; }

    /// <summary>Time of one run over so many tiles.</summary>
    public TimeSpan Run(int tiles)
    {
        var start = Stopwatch.GetTimestamp();
        _runner.Encode(tiles, Height, Width, _pixels.AsSpan(0, tiles * 3 * Height * Width), [], _embeddings.AsSpan(0, tiles * TokensPerTile * _runner.EmbeddingSize));
        return Stopwatch.GetElapsedTime(start);
    }

    public void Dispose() => _runner.Dispose();
}
