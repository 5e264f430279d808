namespace VisionCluster.Contracts.Grains;

/// <summary>How a generation stands.</summary>
[GenerateSerializer, Alias("visioncluster.GenerationState")]
public enum GenerationState
{
    /// <summary>Not here: never started, forgotten, or its silo is gone.</summary>
    Unknown,

    /// <summary>Running, or finished.</summary>
    Known,

    /// <summary>Given up by a silo that leaves: it goes on wherever it is started next.</summary>
    Moved,
}
