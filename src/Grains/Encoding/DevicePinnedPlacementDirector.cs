using Orleans.Runtime;
using Orleans.Runtime.Placement;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Encoding;

/// <summary>Places an encoder grain on the silo that owns its device, or nowhere.</summary>
internal sealed class DevicePinnedPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        if (EncoderKey.TryParse(target.GrainIdentity.Key.ToString()!, out var key))
        {
            foreach (var silo in context.GetCompatibleSilos(target))
            {
                if (silo.ToParsableString() == key.SiloAddress)
                    return Task.FromResult(silo);
            }
        }

        throw new SiloUnavailableException("The device's silo is gone; choose another device.");
    }
}
