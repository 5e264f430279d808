using Orleans.Runtime;
using VisionCluster.Clustering;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Cli.Hosting;

/// <summary>A gateway that is a client of the cluster leaves the connections to dead silos unused.</summary>
internal sealed class ClientWays(LiveGateways list) : ISiloWays
{
    public Task AvoidAsync(IReadOnlyCollection<string> gateways) => list.AvoidAsync(gateways.Select(SiloAddress.FromParsableString));
}
