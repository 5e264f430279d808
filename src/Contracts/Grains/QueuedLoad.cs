namespace VisionCluster.Contracts.Grains;

/// <summary>Work of one tenant and priority that waits on a device; one entry without a tenant sums up those that a report has no room for.</summary>
/// <param name="Tenant">Empty for the sum of many.</param>
/// <param name="Weight">The tenant's share against others.</param>
/// <param name="Priority">Of all in this entry; of a sum the highest.</param>
/// <param name="Requests">Generations that wait for KV.</param>
/// <param name="PromptTokens">To be prefilled.</param>
/// <param name="OutputTokens">To be generated, as far as can be foreseen.</param>
/// <param name="Patches">Of pictures that wait for the encoder, 16 by 16 pixels each.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.QueuedLoad")]
public readonly record struct QueuedLoad(
    [property: Id(0)] string Tenant,
    [property: Id(1)] double Weight,
    [property: Id(2)] int Priority,
    [property: Id(3)] int Requests,
    [property: Id(4)] long PromptTokens,
    [property: Id(5)] long OutputTokens,
    [property: Id(6)] long Patches);
