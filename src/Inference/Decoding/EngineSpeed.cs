using System.Numerics;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// How fast an engine has been lately, while it worked. Decoding is measured by rows (1, 2-3, 4-7, …), and the largest company counts: what
/// waits for a slot will run beside many, and a lone row's speed says nothing about that. The engine's thread only.
/// </summary>
internal sealed class EngineSpeed
{
    private const double Keep = 0.95;
    private const int Sizes = 12; // 2,048 rows and more are one size

    private readonly DecayingRate[] _decode = [.. Enumerable.Repeat(new DecayingRate(Keep), Sizes)];
    private DecayingRate _prefill = new(Keep);
    private DecayingMean _output;

    public double PrefillTokensPerSecond => _prefill.PerSecond;

    public double DecodeTokensPerSecond
    {
        get
        {
            for (var size = Sizes - 1; size >= 0; size--)
            {
                if (_decode[size].PerSecond > 0)
                    return _decode[size].PerSecond;
            }

            return 0;
        }
    }

    public double MeanOutputTokens => _output.Value;

    public void Prefilled(TimeSpan time, int tokens)
    {
        if (tokens > 0)
            _prefill.Add(tokens, time);
    }

    public void Decoded(TimeSpan time, int rows)
    {
        if (rows > 0)
            _decode[Math.Min(BitOperations.Log2((uint)rows), Sizes - 1)].Add(rows, time);
    }

    public void Answered(int tokens) => _output.Add(tokens);
}
