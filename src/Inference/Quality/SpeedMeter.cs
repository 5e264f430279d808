using System.Diagnostics;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Quality;

/// <summary>Times the serving graph by itself: no scheduler, sampler or text in the way.</summary>
internal sealed class SpeedMeter : IDisposable
{
    private const int Context = 256;
    private const int Steps = 48;
    private const int Prompts = 4;
    private const int Batch = 8;

    private readonly IDecoderRunner _runner;
    private readonly int _context;
    private readonly float[] _embeddings;
    private readonly float[] _logits;

    public SpeedMeter(CompiledModel model, DeviceOptions device, ReadOnlySpan<int> text)
    {
        var decoder = model.Manifest.Decoder!;
        _context = Math.Min(Context, Math.Min(text.Length, decoder.MaxPositions - Steps));
        _runner = ModelRunners.OpenDecoder(model, device, Batch, _context + Steps, _context);
        _embeddings = new float[_context * _runner.HiddenSize];
        _logits = new float[Batch * _runner.VocabularySize];
        _runner.Embed(text[.._context], _embeddings);
    }

    /// <summary>Tokens a second of one prompt; the best of some, for others may share the machine.</summary>
    public double Prefill() => Best(_context, Prompts, _ => _runner.Prefill(0, 0, _embeddings, _logits.AsSpan(0, _runner.VocabularySize)));

    /// <summary>Tokens a second of sequences that decode together behind the text: the best step.</summary>
    public double Decode(int sequences)
    {
        for (var slot = 0; slot < sequences; slot++)
        {
            _runner.Prefill(slot, 0, _embeddings, []);
        }

        return Best(sequences, Steps, step => _runner.Decode(
            [.. Enumerable.Repeat(step, sequences)],
            [.. Enumerable.Repeat(_context + step, sequences)],
            _logits.AsSpan(0, sequences * _runner.VocabularySize)));
    }

    public double DecodeTogether() => Decode(Batch);

    public void Dispose() => _runner.Dispose();

    private static double Best(int tokens, int rounds, Action<int> run)
    {
        run(0);
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            run(round);
            best = TimeSpan.FromTicks(Math.Min(best.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
        }

        return tokens / best.TotalSeconds;
    }
}
