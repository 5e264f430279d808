namespace VisionCluster.Contracts.Grains;

/// <summary>An inspection, validated by the gateway.</summary>
/// <param name="Request">A serialized <see cref="V1.InspectRequest"/>; its images are in <paramref name="Files"/>.</param>
/// <param name="Files">The image files, in order.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.InspectCommand")]
public sealed record InspectCommand([property: Id(0)] byte[] Request, [property: Id(1)] ReadOnlyMemory<byte>[] Files);
