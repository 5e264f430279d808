using VisionCluster.Contracts.Grains;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Grains.Decoding;

/// <summary>Between grain messages and the engine's types.</summary>
internal static class EngineMapping
{
    public static SamplingOptions ToSampling(SamplingParameters p) => new()
    {
        Temperature = p.Temperature,
        TopK = p.TopK,
        TopP = p.TopP,
        MinP = p.MinP,
        RepetitionPenalty = p.RepetitionPenalty,
        FrequencyPenalty = p.FrequencyPenalty,
        PresencePenalty = p.PresencePenalty,
        LogitBias = p.LogitBias,
        Seed = p.Seed,
        LogProbs = p.LogProbs,
        TopLogProbs = p.TopLogProbs,
    };

    /// <summary>The token limit never exceeds what the context still holds.</summary>
    public static StopOptions ToStop(StopParameters p, IModelHost host, int promptTokens)
    {
        var room = Math.Max(1, host.ContextTokens - promptTokens);
        return new StopOptions
        {
            MaxTokens = p.MaxTokens == 0 ? room : Math.Min(p.MaxTokens, room),
            MinTokens = Math.Min(p.MinTokens, room),
            StopStrings = p.StopStrings,
            StopTokenIds = p.IgnoreEndOfSequence ? p.StopTokenIds.ToHashSet() : [.. host.EndOfSequenceIds, .. p.StopTokenIds],
        };
    }

    public static GenerationAccepted ToAccepted(GenerationRequest request, int cachedTokens)
    {
        var prompt = request.Prompt;
        var images = prompt.ImageTokenId < 0 ? 0 : prompt.Images.Sum(i => i.Rows);
        return new GenerationAccepted(prompt.Ids.Length - request.AnsweredTokens - images, images, cachedTokens);
    }

    public static GeneratedToken ToToken(in GenerationUpdate update, IModelHost host)
    {
        var top = update.Top is { } alternatives
            ? Array.ConvertAll(alternatives, a => new AlternativeToken(a.TokenId, host.TokenText(a.TokenId), a.LogProb))
            : null;
        float? logProb = float.IsNaN(update.LogProb) ? null : update.LogProb;
        return new GeneratedToken(update.Index, update.TokenId, update.Text, logProb, top);
    }

    /// <param name="result">Of the engine.</param>
    /// <param name="answeredTokens">Of the answer, generated before.</param>
    public static GenerationFinished ToFinished(GenerationResult result, int answeredTokens) => new()
    {
        End = result.Reason switch
        {
            FinishReason.Stop => GenerationEnd.Stop,
            FinishReason.Length => GenerationEnd.Length,
            FinishReason.Cancelled => GenerationEnd.Cancelled,
            FinishReason.DeadlineExceeded => GenerationEnd.DeadlineExceeded,
            _ => GenerationEnd.Failed,
        },
        Text = result.Text,
        StopString = result.StopString,
        GeneratedTokens = answeredTokens + result.GeneratedTokens,
        CachedTokens = result.CachedTokens,
        QueueTime = result.QueueTime,
        PrefillTime = result.PrefillTime,
        DecodeTime = result.DecodeTime,
    };

    public static Refusal ToRefusal(in SubmitResult result)
    {
        var (reason, message) = result.Outcome switch
        {
            SubmitOutcome.QueueFull => (RefusalReason.QueueFull, "Too many generations are waiting; retry later."),
            SubmitOutcome.PromptTooLong => (RefusalReason.PromptTooLong, "The prompt does not fit the model's context; shorten it."),
            SubmitOutcome.SessionBusy => (RefusalReason.SessionBusy, DecoderGrain.BusyMessage),
            _ => (RefusalReason.Unavailable, "The device is not serving now; try again."),
        };
        return new Refusal(reason, result.Message ?? message, result.RetryAfter);
    }
}
