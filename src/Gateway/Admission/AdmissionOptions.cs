namespace VisionCluster.Gateway.Admission;

/// <summary>How much the gateway takes on at once; beyond it calls end with RESOURCE_EXHAUSTED and a retry hint.</summary>
public sealed class AdmissionOptions
{
    /// <summary>Generations from arrival to their last token. Default 512.</summary>
    public int MaxGenerations { get; set; } = 512;

    /// <summary>
    /// Longest expected wait for a first token, by what is queued and by how fast the devices have been; a generation that would wait longer,
    /// or past its deadline, is refused at once. Default 30 s.
    /// </summary>
    public TimeSpan MaxQueueTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Classify, Embed, Similarity and Inspect calls at once. Default 256.</summary>
    public int MaxTasks { get; set; } = 256;

    /// <summary>Pictures that are checked and hashed at once. Default: the number of processors.</summary>
    public int MaxIngests { get; set; } = Environment.ProcessorCount;

    /// <summary>Pictures that wait to be checked. Default 512.</summary>
    public int MaxQueuedIngests { get; set; } = 512;

    /// <summary>The retry hint where nothing better is known. Default 1 s.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);
}
