namespace VisionCluster.Inference.Decoding;

/// <summary>Outcome of <see cref="DecodeEngine.Submit"/>.</summary>
/// <param name="Outcome">Accepted, or why not.</param>
/// <param name="Generation">The handle, if accepted.</param>
/// <param name="Message">A sentence for the client, unless accepted.</param>
/// <param name="RetryAfter">When there may be room, if the queue is full.</param>
public readonly record struct SubmitResult(SubmitOutcome Outcome, Generation? Generation, string? Message, TimeSpan? RetryAfter)
{
    internal static SubmitResult Refused(SubmitOutcome outcome, string message, TimeSpan? retryAfter = null) =>
        new(outcome, null, message, retryAfter);
}
