using Orleans.Runtime;
using Orleans.Runtime.Placement;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Places a conversation where the gateway wants it: the gateway knows which devices hold the model and have room. Without a hint, or when
/// its silo has gone, on any silo; one that lacks the model refuses, and the gateway tries again.
/// </summary>
internal sealed class HintedPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var hint = SiloHint.Read(target.RequestContextData);
        return Task.FromResult(
            Array.Find(silos, silo => silo.ToParsableString() == hint) ?? silos[Random.Shared.Next(silos.Length)]);
    }
}
