namespace VisionCluster.Grains.Tests;

/// <summary>What a <see cref="GenerationEvent"/> carries.</summary>
public enum GenerationEventKind
{
    Refused,
    ImagesNeeded,
    Accepted,
    Token,
    Finished,
}
