namespace VisionCluster.Cli.Bench;

/// <summary>What <see cref="Overload"/> offers.</summary>
internal sealed record OverloadPlan
{
    public required int Prompt { get; init; }

    public required int Output { get; init; }

    /// <summary>Of each load.</summary>
    public required TimeSpan Length { get; init; }

    public required TimeSpan Deadline { get; init; }

    /// <summary>How often each load is measured.</summary>
    public required int Rounds { get; init; }

    /// <summary>Multiples of the capacity.</summary>
    public required IReadOnlyList<double> Loads { get; init; }

    /// <summary>Null: text only.</summary>
    public BenchPicture? Picture { get; init; }
}
