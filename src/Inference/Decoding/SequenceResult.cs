namespace VisionCluster.Inference.Decoding;

/// <summary>Builds a <see cref="GenerationResult"/> from a sequence's last state.</summary>
internal static class SequenceResult
{
    public static GenerationResult Of(SequenceState sequence, FinishReason reason, Exception? error, TimeProvider timeProvider)
    {
        var text = "";
        try
        {
            text = TokenDelivery.Rest(sequence);
            if (sequence.Matcher.Found is not null && reason == FinishReason.Length)
                reason = FinishReason.Stop; // the last characters completed a stop string
        }
        catch (Exception exception)
        {
            (reason, error) = (FinishReason.Error, error ?? exception);
        }
        return new GenerationResult
        {
            Reason = reason,
            Text = text,
            StopString = sequence.Matcher.Found,
            PromptTokens = sequence.PromptTokens,
            CachedTokens = sequence.CachedTokens,
            GeneratedTokens = sequence.Generated,
            QueueTime = Between(sequence.SubmittedAt, sequence.PrefillStartedAt),
            PrefillTime = Between(sequence.PrefillStartedAt, sequence.FirstTokenAt),
            DecodeTime = Between(sequence.FirstTokenAt, sequence.LastTokenAt),
            Error = error,
        };

        // A phase that was not reached ends now; one that did not begin took no time.
        TimeSpan Between(long start, long end) =>
            start == 0 ? TimeSpan.Zero : timeProvider.GetElapsedTime(start, end == 0 ? timeProvider.GetTimestamp() : end);
    }
}
