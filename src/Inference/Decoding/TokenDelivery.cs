using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Decoding;

/// <summary>From a chosen token to what the client sees: text, stop conditions, update.</summary>
internal static class TokenDelivery
{
    /// <summary>Reports a token; returns why the answer ends with it, or null.</summary>
    public static FinishReason? Deliver(SequenceState sequence, SampledToken token)
    {
        var stop = sequence.Request.Stop;
        var index = sequence.Sampling.Generated;
        sequence.Sampling.Add(token.TokenId);
        sequence.LastToken = token.TokenId;
        var isStopToken = index >= stop.MinTokens && stop.StopTokenIds.Contains(token.TokenId);
        var text = isStopToken ? "" : sequence.Request.Text.Append(token.TokenId);
        if (index >= stop.MinTokens)
            text = sequence.Matcher.Append(text);
        sequence.Generation.Write(new GenerationUpdate(index, token.TokenId, text, token.LogProb, token.Top));
        if (isStopToken || sequence.Matcher.Found is not null)
            return FinishReason.Stop;
        return index + 1 >= sequence.MaxTokens ? FinishReason.Length : null;
    }

    /// <summary>The text that was held back, up to a stop string that its end may still complete.</summary>
    public static string Rest(SequenceState sequence)
    {
        if (sequence.Matcher.Found is not null)
            return "";
        var rest = sequence.Matcher.Append(sequence.Request.Text.Complete());
        return sequence.Matcher.Found is null ? rest + sequence.Matcher.Flush() : rest;
    }
}
