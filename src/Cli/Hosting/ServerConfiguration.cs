using Microsoft.Extensions.Configuration;
using VisionCluster.Clustering;
using VisionCluster.Gateway.Options;
using VisionCluster.Silo;

namespace VisionCluster.Cli.Hosting;

/// <summary>Sections of appsettings.json and of the environment; flags come on top of them.</summary>
internal static class ServerConfiguration
{
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(15); // hand-over, leaving the cluster, freeing the device

    public static void Bind(IConfiguration configuration, SiloOptions silo)
    {
        configuration.GetSection("VisionCluster:Silo").Bind(silo);
        Bind(configuration, silo.Cluster);
    }

    public static void Bind(IConfiguration configuration, ClusteringOptions cluster) =>
        configuration.GetSection("VisionCluster:Cluster").Bind(cluster);

    public static void Bind(IConfiguration configuration, GatewayOptions gateway) =>
        configuration.GetSection("VisionCluster:Gateway").Bind(gateway);

    public static TimeSpan ShutdownTimeout(TimeSpan drainTimeout) => drainTimeout + StopMargin;
}
