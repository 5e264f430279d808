using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Decoding;

/// <summary>From a chosen token to what the client sees: text, stop conditions, update.</summary>
internal static class TokenDelivery
{
    /// <summary>Reports a token; returns why the answer ends with it, or null.</summary>
    public static FinishReason? Deliver(SequenceState sequence, SampledToken token)
    {
        var index = sequence.Sampling.Generated;
        var position = sequence.HistoryTokens;
        sequence.History[position] = token.TokenId;
        if (sequence.Identities.Length > 0)
            sequence.Identities[position] = TokenIdentity.OfText(token.TokenId);
        var reason = Read(sequence, token.TokenId, out var text);
        sequence.Generation.Write(new GenerationUpdate(index, token.TokenId, text, token.LogProb, token.Top));
        return reason ?? (sequence.Generated >= sequence.MaxTokens ? FinishReason.Length : null);
    }

    /// <summary>Brings text and stop conditions to where they were after a token that was delivered before.</summary>
    public static FinishReason? Replay(SequenceState sequence, int tokenId)
    {
        var reason = Read(sequence, tokenId, out _);
        return reason ?? (sequence.Sampling.Generated >= sequence.Request.Stop.MaxTokens ? FinishReason.Length : null);
    }

    private static FinishReason? Read(SequenceState sequence, int tokenId, out string text)
    {
        var stop = sequence.Request.Stop;
        var index = sequence.Sampling.Generated;
        sequence.Sampling.Add(tokenId);
        var isStopToken = index >= stop.MinTokens && stop.StopTokenIds.Contains(tokenId);
        text = isStopToken ? "" : sequence.Request.Text.Append(tokenId);
        if (index >= stop.MinTokens)
            text = sequence.Matcher.Append(text);
        return isStopToken || sequence.Matcher.Found is not null ? FinishReason.Stop : null;
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
