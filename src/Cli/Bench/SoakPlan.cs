namespace VisionCluster.Cli.Bench;

/// <summary>What a soak run sends.</summary>
internal sealed record SoakPlan
{
    public required TimeSpan Length { get; init; }

    public required int MaxPrompt { get; init; }

    public required int MaxOutput { get; init; }

    public required int Seed { get; init; }

    public bool EngineOnly { get; init; }

    public BenchPicture? Picture { get; init; }

    /// <summary>
    /// Size of gateway's and silo's caches of pictures. Their usual sizes take hours to fill, and until then memory grows, as it should: these
    /// are full when the warm-up ends.
    /// </summary>
    public long PictureCacheBytes { get; init; } = 4 << 20;

    /// <summary>Likewise, most of the KV of earlier prompts.</summary>
    public long PrefixCacheBytes { get; init; } = 32 << 20;

    /// <summary>Likewise, of what gateway and silo remember of earlier answers: prompts' places, and grains'.</summary>
    public int PlaceEntries { get; init; } = 1_024;

    /// <summary>Senders for each slot of the device.</summary>
    public int Overload { get; init; } = 2;

    /// <summary>Share of requests that are cancelled at a random token.</summary>
    public double Cancelled { get; init; } = 0.2;

    /// <summary>Part of the time after which memory should grow no more.</summary>
    public double WarmUp { get; init; } = 0.2;

    /// <summary>How much memory may grow after it.</summary>
    public double MaxGrowth { get; init; } = 0.05;

    /// <summary>Longest mean pause of a sender between two requests.</summary>
    public TimeSpan MeanPause { get; init; } = TimeSpan.FromMilliseconds(20);
}
