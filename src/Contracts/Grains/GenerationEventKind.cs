namespace VisionCluster.Contracts.Grains;

/// <summary>What a <see cref="GenerationEvent"/> carries.</summary>
[GenerateSerializer, Alias("visioncluster.GenerationEventKind")]
public enum GenerationEventKind
{
    Refused,
    ImagesNeeded,
    Accepted,
    Token,
    Finished,
}
