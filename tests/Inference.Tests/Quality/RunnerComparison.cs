using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Quality;

namespace VisionCluster.Inference.Tests.Quality;

/// <summary>How far one runner's logits are from another's on the same tokens: prompts, and then steps of all of them together.</summary>
internal static class RunnerComparison
{
    public const int Rows = 3;
    private const int Past = 16;
    private const int Steps = 16;

    /// <returns>Mean KL divergence in nats, and how often both would choose the same token.</returns>
    public static (double Divergence, double Agreement) Measure(IDecoderRunner expected, IDecoderRunner actual)
    {
        var meter = new DivergenceMeter(expected.VocabularySize);
        var (left, right) = (new float[Rows * expected.VocabularySize], new float[Rows * expected.VocabularySize]);
        for (var slot = 0; slot < Rows; slot++)
        {
            Prefill(expected, slot, left);
            Prefill(actual, slot, right);
            meter.Add(left.AsSpan(0, expected.VocabularySize), right.AsSpan(0, expected.VocabularySize), null);
        }

        for (var step = 0; step < Steps; step++)
        {
            int[] tokens = [.. Enumerable.Range(0, Rows).Select(slot => Token(expected, slot, Past + step))];
            int[] past = [.. Enumerable.Repeat(Past + step, Rows)];
            expected.Decode(tokens, past, left);
            actual.Decode(tokens, past, right);
            for (var row = 0; row < Rows; row++)
            {
                var range = (row * expected.VocabularySize)..((row + 1) * expected.VocabularySize);
                meter.Add(left.AsSpan(range), right.AsSpan(range), null);
            }
        }

        return (meter.MeanDivergence, meter.TopOneAgreement);
    }

    private static int Token(IDecoderRunner runner, int slot, int position) => 5 + (((slot * 131) + (position * 37)) % (runner.VocabularySize - 10));

    private static void Prefill(IDecoderRunner runner, int slot, float[] logits)
    {
        int[] prompt = [.. Enumerable.Range(0, Past).Select(i => Token(runner, slot, i))];
        var embeddings = new float[prompt.Length * runner.HiddenSize];
        runner.Embed(prompt, embeddings);
        runner.Prefill(slot, 0, embeddings, logits.AsSpan(0, runner.VocabularySize));
    }
}
