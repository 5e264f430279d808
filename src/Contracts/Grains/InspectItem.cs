namespace VisionCluster.Contracts.Grains;

/// <summary>A part of an inspection, or why there is none.</summary>
/// <param name="Response">A serialized <see cref="V1.InspectResponse"/>; set unless refused.</param>
/// <param name="Refusal">Set when refused: the stream's only item.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.InspectItem")]
public sealed record InspectItem([property: Id(0)] byte[]? Response, [property: Id(1)] Refusal? Refusal);
