namespace VisionCluster.Contracts.Grains;

/// <summary>An image to encode.</summary>
/// <param name="Key">Its image key: simultaneous callers of one key share one encoding.</param>
/// <param name="File">The encoded file, already probed against the gateway's bounds.</param>
/// <param name="Split">Overrides the checkpoint's image splitting.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.EncodeCommand")]
public sealed record EncodeCommand(
    [property: Id(0)] string Key, [property: Id(1)] ReadOnlyMemory<byte> File, [property: Id(2)] bool? Split)
{
    /// <summary>Whose turn it takes where images wait. Default: one account for all.</summary>
    [Id(3)]
    public string Tenant { get; init; } = "";

    /// <summary>The tenant's share of the device against others'. Positive.</summary>
    [Id(4)]
    public double TenantWeight { get; init; } = 1;

    /// <summary>W3C trace context of the caller; null while nobody traces.</summary>
    [Id(5)]
    public string? TraceParent { get; init; }
}
