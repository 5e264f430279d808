namespace VisionCluster.Contracts.Grains;

/// <summary>An expected "no": what happened, and a sentence that says what to change.</summary>
/// <param name="Reason">What kind of no.</param>
/// <param name="Message">For the caller: no paths, addresses or prompt text.</param>
/// <param name="RetryAfter">When trying again makes sense.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.Refusal")]
public sealed record Refusal(
    [property: Id(0)] RefusalReason Reason,
    [property: Id(1)] string Message,
    [property: Id(2)] TimeSpan? RetryAfter = null);
