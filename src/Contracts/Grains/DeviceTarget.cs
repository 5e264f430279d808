namespace VisionCluster.Contracts.Grains;

/// <summary>A device that a gateway has chosen.</summary>
/// <param name="Silo">Parsable address.</param>
/// <param name="Device">Of the silo, such as <c>cpu:0</c>.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.DeviceTarget")]
public sealed record DeviceTarget([property: Id(0)] string Silo, [property: Id(1)] string Device);
