namespace VisionCluster.Imaging;

/// <summary>Bounds that an image must keep before it is decoded.</summary>
public sealed record ImageLimits
{
    public static ImageLimits Default { get; } = new();

    /// <summary>Largest file, in bytes. Default 20 MiB.</summary>
    public int MaxBytes { get; init; } = 20 << 20;

    /// <summary>Longest side, in pixels. Default 16,384.</summary>
    public int MaxSide { get; init; } = 16_384;

    /// <summary>Most pixels (width × height). Default 64 million.</summary>
    public long MaxPixels { get; init; } = 64_000_000;

    /// <summary>Shortest side, in pixels. Default 1.</summary>
    public int MinSide { get; init; } = 1;

    /// <summary>Most frames or pages; only the first is used. Default 1,000.</summary>
    public int MaxFrames { get; init; } = 1_000;
}
