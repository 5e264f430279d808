namespace VisionCluster.Contracts.Grains;

/// <summary>What a gateway needs in order to foresee how long new work would wait on a device. Rates are 0 until something was measured.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.DeviceLoad")]
public sealed record DeviceLoad
{
    /// <summary>Most entries of <see cref="Queue"/>; those with the least work beyond it are summed up in the last one.</summary>
    public const int MaxQueueEntries = 64;

    /// <summary>Of a device that does not generate.</summary>
    public static DeviceLoad None { get; } = new();

    /// <summary>Slots that a new sequence could take: free ones, and those that are kept for idle sessions.</summary>
    [Id(0)]
    public int SlotsOpen { get; init; }

    /// <summary>Tokens whose KV there is room for beside what runs.</summary>
    [Id(1)]
    public long KvTokensFree { get; init; }

    /// <summary>Generations that may wait; more are refused.</summary>
    [Id(2)]
    public int MaxWaiting { get; init; }

    /// <summary>Generations that the engine has taken since it started: those with a lower <see cref="StartReply.Submission"/> are in this report.</summary>
    [Id(3)]
    public long Submitted { get; init; }

    [Id(4)]
    public double PrefillTokensPerSecond { get; init; }

    /// <summary>Of all sequences together, in the largest company lately.</summary>
    [Id(5)]
    public double DecodeTokensPerSecond { get; init; }

    /// <summary>Tokens of recent complete answers.</summary>
    [Id(6)]
    public double MeanOutputTokens { get; init; }

    [Id(7)]
    public double PatchesPerSecond { get; init; }

    [Id(8)]
    public double PatchesPerImage { get; init; }

    [Id(9)]
    public double TokensPerImage { get; init; }

    /// <summary>What waits, by tenant and priority, the most work first.</summary>
    [Id(10)]
    public QueuedLoad[] Queue { get; init; } = [];
}
