using Orleans.Placement;

namespace VisionCluster.Grains.Decoding;

/// <summary>Puts a grain on the silo that its first call names with <see cref="Contracts.Grains.SiloHint"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class HintedAttribute() : PlacementAttribute(HintedPlacement.Instance);
