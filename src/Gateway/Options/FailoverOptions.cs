namespace VisionCluster.Gateway.Options;

/// <summary>How answers outlive the processes that carry them.</summary>
public sealed class FailoverOptions
{
    /// <summary>A silo that has not answered a read for so long is asked again; grains answer within half a second. Default 1 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>An answer that found no silo for so long ends with UNAVAILABLE. Default 15 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a stopping gateway lets running answers finish; then clients resume elsewhere. Default 15 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest resume window that a client may ask for. Default 1 minute.</summary>
    public TimeSpan MaxResumeWindow { get; set; } = TimeSpan.FromMinutes(1);
}
