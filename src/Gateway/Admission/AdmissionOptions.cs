namespace VisionCluster.Gateway.Admission;

/// <summary>How much the gateway takes on at once; beyond it calls end with RESOURCE_EXHAUSTED and a retry hint.</summary>
public sealed class AdmissionOptions
{
    /// <summary>Generations from arrival to their last token. Default 512.</summary>
    public int MaxGenerations { get; set; } = 512;

    /// <summary>Classify, Embed, Similarity and Inspect calls at once. Default 256.</summary>
    public int MaxTasks { get; set; } = 256;

    /// <summary>Pictures that are checked and hashed at once. Default: the number of processors.</summary>
    public int MaxIngests { get; set; } = Environment.ProcessorCount;

    /// <summary>Pictures that wait to be checked. Default 512.</summary>
    public int MaxQueuedIngests { get; set; } = 512;

    /// <summary>The retry hint where nothing better is known. Default 1 s.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);
}
