namespace VisionCluster.Contracts.Grains;

/// <summary>Why a generation ended.</summary>
[GenerateSerializer, Alias("visioncluster.GenerationEnd")]
public enum GenerationEnd
{
    /// <summary>End of sequence, a stop token or a stop string.</summary>
    Stop,

    /// <summary>The token limit, or the context is full.</summary>
    Length,

    /// <summary>By <see cref="IDecoderGrain.Cancel"/>.</summary>
    Cancelled,

    DeadlineExceeded,

    /// <summary>The device failed. Details are in the silo's log only.</summary>
    Failed,
}
