using Orleans.Runtime;

namespace VisionCluster.Grains.Decoding;

/// <summary>The strategy behind <see cref="HintedAttribute"/>.</summary>
[Serializable, GenerateSerializer, Immutable]
internal sealed class HintedPlacement : PlacementStrategy
{
    public static HintedPlacement Instance { get; } = new();
}
