namespace VisionCluster.Contracts.Grains;

/// <summary>One model on one device, and its load.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.ModelReport")]
public sealed record ModelReport
{
    [Id(0)]
    public required string Name { get; init; }

    [Id(1)]
    public required string Revision { get; init; }

    /// <summary>Empty for a model that takes no images.</summary>
    [Id(2)]
    public required string ProcessorDigest { get; init; }

    [Id(3)]
    public required string Family { get; init; }

    [Id(4)]
    public required string[] Tasks { get; init; }

    [Id(5)]
    public required int ContextTokens { get; init; }

    [Id(6)]
    public required string Precision { get; init; }

    /// <summary>Such as <c>cpu:0</c>.</summary>
    [Id(7)]
    public required string Device { get; init; }

    [Id(8)]
    public int KvSlots { get; init; }

    [Id(9)]
    public int KvSlotsFree { get; init; }

    [Id(10)]
    public int Running { get; init; }

    [Id(11)]
    public int Waiting { get; init; }

    [Id(12)]
    public DeviceLoad Load { get; init; } = DeviceLoad.None;

    /// <summary>It is being unloaded: it takes no new work.</summary>
    [Id(13)]
    public bool Retiring { get; init; }

    /// <summary>New sessions take it only once it is chosen.</summary>
    [Id(14)]
    public bool Held { get; init; }

    /// <summary>When it was loaded here, by the silo's clock.</summary>
    [Id(15)]
    public DateTimeOffset LoadedAt { get; init; }

    /// <summary>It was loaded at run time: the silo has it until it restarts.</summary>
    [Id(16)]
    public bool UntilRestart { get; init; }
}
