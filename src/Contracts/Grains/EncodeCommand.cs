namespace VisionCluster.Contracts.Grains;

/// <summary>An image to encode.</summary>
/// <param name="Key">Its image key: simultaneous callers of one key share one encoding.</param>
/// <param name="File">The encoded file, already probed against the gateway's bounds.</param>
/// <param name="Split">Overrides the checkpoint's image splitting.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.EncodeCommand")]
public sealed record EncodeCommand(
    [property: Id(0)] string Key, [property: Id(1)] ReadOnlyMemory<byte> File, [property: Id(2)] bool? Split);
