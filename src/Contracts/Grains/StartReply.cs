namespace VisionCluster.Contracts.Grains;

/// <summary>What came of a start; running unless a member is set.</summary>
/// <param name="Refusal">Why not.</param>
/// <param name="ImagesNeeded">Keys whose embeddings the grain lacks: start again with them.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.StartReply")]
public sealed record StartReply([property: Id(0)] Refusal? Refusal, [property: Id(1)] string[]? ImagesNeeded)
{
    /// <summary>Parsable address of the silo that answered.</summary>
    [Id(2)]
    public string Silo { get; init; } = "";

    /// <summary>Which of the silo's devices runs it.</summary>
    [Id(3)]
    public string Device { get; init; } = "";

    /// <summary>The generation's number at its engine, from 0; see <see cref="DeviceLoad.Submitted"/>.</summary>
    [Id(4)]
    public long Submission { get; init; }

    /// <summary>The session has another revision: start again in that one, or with <see cref="GenerateCommand.GoneRevision"/>.</summary>
    [Id(5)]
    public SessionRevision? Bound { get; init; }

    /// <summary>Number of the <see cref="GenerateCommand.Reader"/> that is pushed the answer; 0 when none is, as by a repeated start.</summary>
    [Id(6)]
    public long Reader { get; init; }

    public bool IsRunning => Refusal is null && ImagesNeeded is null && Bound is null;

    public static StartReply Running { get; } = new(null, null);

    public static StartReply Refused(RefusalReason reason, string message) => new(new Refusal(reason, message), null);

    public static StartReply BoundTo(SessionRevision session) => new(null, null) { Bound = session };

    public static StartReply Needs(string[] keys) => new(null, keys);
}
