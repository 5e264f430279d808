using Orleans.Runtime;
using Orleans.Runtime.Placement;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Encoding;

/// <summary>Places a grain on the silo that its key names, with a device (<see cref="EncoderKey"/>) or alone, or nowhere.</summary>
internal sealed class DevicePinnedPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var text = target.GrainIdentity.Key.ToString()!;
        var address = EncoderKey.TryParse(text, out var key) ? key.SiloAddress : text;
        foreach (var silo in context.GetCompatibleSilos(target))
        {
            if (silo.ToParsableString() == address)
                return Task.FromResult(silo);
        }

        throw new SiloUnavailableException("The device's silo is gone; choose another device.");
    }
}
