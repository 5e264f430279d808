using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;

namespace VisionCluster.Gateway.Generation;

/// <summary>Ranges of sampling, stopping and log probabilities. NaN is in no range.</summary>
internal static class SamplingValidator
{
    private const int MaxLogitBiases = 1_024;
    private const int MaxStops = 16;
    private const int MaxStopChars = 256;
    private const int MaxStopTokens = 64;
    private const int MaxTop = 20;

    public static void Check(Sampling sampling)
    {
        Require(
            float.IsFinite(sampling.Temperature) && sampling.Temperature >= 0,
            "sampling.temperature must be 0 (greedy) or a finite number above",
            sampling.Temperature);
        Require(!sampling.HasTopP || sampling.TopP is > 0 and <= 1, "sampling.top_p must be above 0 and at most 1", sampling.TopP);
        Require(sampling.MinP is >= 0 and < 1, "sampling.min_p must be at least 0 and below 1", sampling.MinP);
        Require(
            !sampling.HasRepetitionPenalty || (float.IsFinite(sampling.RepetitionPenalty) && sampling.RepetitionPenalty > 0),
            "sampling.repetition_penalty must be a finite number above 0",
            sampling.RepetitionPenalty);
        Require(sampling.FrequencyPenalty is >= -2 and <= 2, "sampling.frequency_penalty must be -2 to 2", sampling.FrequencyPenalty);
        Require(sampling.PresencePenalty is >= -2 and <= 2, "sampling.presence_penalty must be -2 to 2", sampling.PresencePenalty);
        Require(
            sampling.LogitBias.Count <= MaxLogitBiases,
            $"sampling.logit_bias must have at most {MaxLogitBiases} entries",
            sampling.LogitBias.Count);
        foreach (var (id, bias) in sampling.LogitBias)
        {
            Require(id <= int.MaxValue, "sampling.logit_bias must name token ids of the model", id);
            Require(bias is >= -100 and <= 100, $"sampling.logit_bias[{id}] must be -100 to 100", bias);
        }
    }

    public static void Check(Stopping stopping)
    {
        Require(
            stopping.MaxTokens == 0 || stopping.MinTokens <= stopping.MaxTokens,
            $"stopping.min_tokens must not exceed max_tokens ({stopping.MaxTokens})",
            stopping.MinTokens);
        Require(stopping.Stop.Count <= MaxStops, $"stopping.stop must have at most {MaxStops} entries", stopping.Stop.Count);
        for (var i = 0; i < stopping.Stop.Count; i++)
        {
            var chars = stopping.Stop[i].Length;
            Require(chars is > 0 and <= MaxStopChars, $"stopping.stop[{i}] must have 1 to {MaxStopChars} characters", chars);
        }

        Require(
            stopping.StopTokenIds.Count <= MaxStopTokens,
            $"stopping.stop_token_ids must have at most {MaxStopTokens} entries",
            stopping.StopTokenIds.Count);
        foreach (var id in stopping.StopTokenIds)
            Require(id <= int.MaxValue, "stopping.stop_token_ids must be token ids of the model", id);
    }

    public static void Check(LogProbs logProbs)
    {
        Require(logProbs.Top <= MaxTop, $"log_probs.top must be at most {MaxTop}", logProbs.Top);
        Require(logProbs.Enabled || logProbs.Top == 0, "log_probs.top needs log_probs.enabled = true", logProbs.Top);
    }

    private static void Require<T>(bool holds, string rule, T value)
    {
        if (!holds)
            throw RequestException.Invalid(FormattableString.Invariant($"{rule}; it is {value}."));
    }
}
