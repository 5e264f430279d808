using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Sampling;

/// <summary>The definition of sampling, slow and in double: sorts everything, step by step in vLLM's order.</summary>
internal static class ReferenceSampler
{
    /// <summary>Logits after minimum length, bias and penalties.</summary>
    public static double[] Edit(float[] raw, SamplingOptions options, StopOptions stop, int[] prompt, int[] answer)
    {
        var logits = raw.Select(logit => (double)logit).ToArray();
        if (answer.Length < stop.MinTokens)
        {
            foreach (var id in stop.StopTokenIds)
                logits[id] = double.NegativeInfinity;
        }
        foreach (var (id, bias) in options.LogitBias)
            logits[id] += bias;
        for (var id = 0; id < logits.Length; id++)
        {
            if (prompt.Contains(id) || answer.Contains(id))
                logits[id] = logits[id] > 0 ? logits[id] / options.RepetitionPenalty : logits[id] * options.RepetitionPenalty;
            logits[id] -= options.FrequencyPenalty * answer.Count(other => other == id);
            logits[id] -= answer.Contains(id) ? options.PresencePenalty : 0;
        }
        return logits;
    }

    /// <summary>Probabilities of all tokens after temperature, min-p, top-k and top-p; 0 for dropped ones.</summary>
    public static double[] Probabilities(double[] logits, SamplingOptions options)
    {
        var kept = Softmax([.. logits.Select(logit => logit / options.Temperature)])
            .Select((probability, id) => (Probability: probability, Id: id)).Where(token => token.Probability > 0).ToList();
        var floor = options.MinP * kept.Max(token => token.Probability);
        kept = [.. kept.Where(token => token.Probability >= floor).OrderByDescending(token => token.Probability).ThenBy(token => token.Id)];
        if (options.TopK > 0)
            kept = [.. kept.Take(options.TopK)];
        if (options.TopP < 1)
        {
            var target = options.TopP * kept.Sum(token => token.Probability);
            var above = 0.0;
            kept = [.. kept.TakeWhile(token =>
            {
                var keep = above < target;
                above += token.Probability;
                return keep;
            })];
        }
        var sum = kept.Sum(token => token.Probability);
        var probabilities = new double[logits.Length];
        foreach (var (probability, id) in kept)
            probabilities[id] = probability / sum;
        return probabilities;
    }

    public static double[] Softmax(double[] logits)
    {
        var max = logits.Max();
        var weights = logits.Select(logit => Math.Exp(logit - max)).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
