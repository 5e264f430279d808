namespace VisionCluster.Gateway.Routing;

/// <summary>The ways that calls take into the cluster.</summary>
public interface ISiloWays
{
    /// <summary>Completes when no call goes by these any more.</summary>
    /// <param name="gateways"><see cref="Contracts.Grains.SiloReport.Gateway"/> of silos that died.</param>
    Task AvoidAsync(IReadOnlyCollection<string> gateways);
}
