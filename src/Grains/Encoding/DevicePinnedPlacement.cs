using Orleans.Runtime;

namespace VisionCluster.Grains.Encoding;

/// <summary>The strategy behind <see cref="DevicePinnedAttribute"/>.</summary>
[Serializable, GenerateSerializer, Immutable]
internal sealed class DevicePinnedPlacement : PlacementStrategy
{
    public static DevicePinnedPlacement Instance { get; } = new();
}
