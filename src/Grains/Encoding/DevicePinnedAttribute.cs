using Orleans.Placement;

namespace VisionCluster.Grains.Encoding;

/// <summary>Puts a grain on the silo that its <see cref="Contracts.Grains.EncoderKey"/> names.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class DevicePinnedAttribute() : PlacementAttribute(DevicePinnedPlacement.Instance);
