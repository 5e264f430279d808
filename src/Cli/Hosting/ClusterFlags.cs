using System.CommandLine;
using System.CommandLine.Parsing;
using VisionCluster.Clustering;
using VisionCluster.Silo;

namespace VisionCluster.Cli.Hosting;

/// <summary>The options of every command whose process is part of a cluster. What is not given comes from the configuration.</summary>
internal sealed class ClusterFlags
{
    private readonly Option<ClusterStore?> _store = new("--cluster")
    {
        Description = "Where the cluster's members are written down: Local (one machine), Redis or Postgres. Default Local.",
        HelpName = "STORE",
    };

    private readonly Option<string?> _redis = new("--redis") { Description = "Redis of the cluster; implies --cluster Redis.", HelpName = "HOST:PORT" };

    private readonly Option<string?> _postgres = new("--postgres")
    {
        Description = "PostgreSQL of the cluster, an Npgsql connection string; implies --cluster Postgres.",
        HelpName = "CONNECTION",
    };

    private readonly Option<string?> _clusterId = new("--cluster-id")
    {
        Description = "Name of the cluster; others are not seen. Default visioncluster.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _advertise = new("--advertise")
    {
        Description = "Address at which the other processes reach this one. Default 127.0.0.1.",
        HelpName = "IP",
    };

    private readonly Option<bool?> _kubernetes = new("--kubernetes") { Description = "Take name and address from the pod." };

    private readonly Option<string?> _name = new("--name") { Description = "Name of the silo in the directory. Default: host name and port.", HelpName = "NAME" };

    private readonly Option<int?> _siloPort = new("--silo-port") { Description = "Port between silos. Default: any free one.", HelpName = "PORT" };

    private readonly Option<int?> _gatewayPort = new("--silo-gateway-port")
    {
        Description = "Port on which the silo serves gateway processes. Default: any free one.",
        HelpName = "PORT",
    };

    private readonly Option<int[]> _silos = new("--silo")
    {
        Description = "With --cluster Local: the --silo-gateway-port of a silo on this machine. Repeatable.",
        HelpName = "PORT",
    };

    /// <param name="command">Gets the options.</param>
    /// <param name="isSilo">Whether its process holds grains.</param>
    public void AddTo(Command command, bool isSilo)
    {
        Option[] shared = [_store, _redis, _postgres, _clusterId, _advertise, _kubernetes];
        Option[] own = isSilo ? [_name, _siloPort, _gatewayPort] : [_silos];
        foreach (var option in shared.Concat(own))
        {
            command.Options.Add(option);
        }
    }

    public void Apply(ParseResult parsed, ClusteringOptions cluster)
    {
        cluster.Redis = parsed.GetValue(_redis) ?? cluster.Redis;
        cluster.Postgres = parsed.GetValue(_postgres) ?? cluster.Postgres;
        cluster.Store = parsed.GetValue(_store)
            ?? (parsed.GetValue(_redis) is not null ? ClusterStore.Redis
                : parsed.GetValue(_postgres) is not null ? ClusterStore.Postgres : cluster.Store);
        cluster.ClusterId = parsed.GetValue(_clusterId) ?? cluster.ClusterId;
        cluster.AdvertisedAddress = parsed.GetValue(_advertise) ?? cluster.AdvertisedAddress;
        cluster.Kubernetes = parsed.GetValue(_kubernetes) ?? cluster.Kubernetes;
        foreach (var port in parsed.GetValue(_silos) ?? [])
        {
            cluster.LocalGatewayPorts.Add(port);
        }
    }

    public void Apply(ParseResult parsed, SiloOptions silo)
    {
        Apply(parsed, silo.Cluster);
        silo.Name = parsed.GetValue(_name) ?? silo.Name;
        silo.SiloPort = parsed.GetValue(_siloPort) ?? silo.SiloPort;
        silo.GatewayPort = parsed.GetValue(_gatewayPort) ?? silo.GatewayPort;
    }
}
