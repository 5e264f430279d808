using Orleans.Placement;

namespace VisionCluster.Grains.Encoding;

/// <summary>Puts a grain on the silo that its key names: an <see cref="Contracts.Grains.EncoderKey"/>, or an address.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class DevicePinnedAttribute() : PlacementAttribute(DevicePinnedPlacement.Instance);
