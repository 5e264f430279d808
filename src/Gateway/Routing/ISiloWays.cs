namespace VisionCluster.Gateway.Routing;

/// <summary>The ways that calls take into the cluster.</summary>
public interface ISiloWays
{
    /// <summary>Completes when no call goes through these silos any more.</summary>
    /// <param name="silos">Addresses of silos that died.</param>
    Task AvoidAsync(IReadOnlyCollection<string> silos);
}
