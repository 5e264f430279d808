using System.Net;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using Orleans.Storage;
using StackExchange.Redis;
using VisionCluster.Clustering.Postgres;
using VisionCluster.Clustering.Security;

namespace VisionCluster.Clustering;

/// <summary>Makes a silo a member of the cluster that the options describe.</summary>
public static class SiloClustering
{
    /// <param name="silo">The silo.</param>
    /// <param name="options">Valid.</param>
    /// <param name="siloPort">Port between silos.</param>
    /// <param name="gatewayPort">Port for gateways in other processes.</param>
    /// <param name="primarySiloPort">Local store: silo port of the first silo; 0 = this is it.</param>
    public static ISiloBuilder UseVisionCluster(
        this ISiloBuilder silo, ClusteringOptions options, int siloPort, int gatewayPort, int primarySiloPort)
    {
        var address = IPAddress.Parse(options.AdvertisedAddress);
        switch (options.Store)
        {
            case ClusterStore.Redis:
                silo.UseRedisClustering(redis => redis.ConfigurationOptions = RedisConnection.Parse(options.Redis));
                break;
            case ClusterStore.Postgres:
                silo.UseAdoNetClustering(
                    ado => (ado.Invariant, ado.ConnectionString) = (PostgresConnection.Invariant, PostgresConnection.Parse(options.Postgres)));
                silo.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<PostgresCheck>(services, options));
                break;
            default:
                var primary = primarySiloPort == 0 ? null : new IPEndPoint(address, primarySiloPort);
                silo.UseLocalhostClustering(siloPort, gatewayPort, primary, options.ClusterId, options.ClusterId);
                break;
        }

        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ClusterId));
        if (options.Kubernetes)
            silo.UseKubernetesHosting();
        else if (options.Store != ClusterStore.Local)
            silo.ConfigureEndpoints(address, siloPort, gatewayPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(address));
        ConfigureMembership(silo, options);
        silo.Configure<SiloMessagingOptions>(o =>
        {
            o.ResponseTimeout = options.ResponseTimeout;
            o.CancelRequestOnTimeout = true; // otherwise a timed-out call leaves its work running
            o.MaxMessageBodySize = options.MaxMessageBytes;
        });
        silo.Services.AddSingleton<CrashWatch>();
        silo.Configure<SiloConnectionOptions>(o =>
        {
            var security = new ConnectionSecurity(options);
            o.ConfigureSiloOutboundConnection(c => c.ApplicationServices.GetRequiredService<CrashWatch>().UseOutbound(c));
            o.ConfigureSiloInboundConnection(c => c.ApplicationServices.GetRequiredService<CrashWatch>().UseInbound(c));
            o.ConfigureSiloInboundConnection(security.UseAsServer);
            o.ConfigureGatewayInboundConnection(security.UseAsServer);
            o.ConfigureSiloOutboundConnection(security.UseAsClient);
        });
        silo.Services.AddOptions<ClientConnectionOptions>().Configure(o => o.ConfigureConnection(new ConnectionSecurity(options).UseAsClient));
        return silo;
    }

    /// <summary>Keeps a kind of grain state in the cluster's store, if that is a database.</summary>
    public static ISiloBuilder UseClusterStorage(this ISiloBuilder silo, ClusteringOptions options, string name)
    {
        switch (options.Store)
        {
            case ClusterStore.Redis:
                silo.Services.AddOptions<Orleans.Persistence.RedisStorageOptions>(name).Configure<Serializer>((redis, serializer) =>
                {
                    redis.ConfigurationOptions = RedisConnection.Parse(options.Redis);
                    redis.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer); // known types only, unlike the JSON default
                });
                return silo.AddRedisGrainStorage(name, (Action<OptionsBuilder<Orleans.Persistence.RedisStorageOptions>>?)null!);
            case ClusterStore.Postgres:
                silo.Services.AddOptions<AdoNetGrainStorageOptions>(name).Configure<Serializer>((ado, serializer) =>
                {
                    (ado.Invariant, ado.ConnectionString) = (PostgresConnection.Invariant, PostgresConnection.Parse(options.Postgres));
                    ado.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer); // as above
                });
                return silo.AddAdoNetGrainStorage(name, (Action<OptionsBuilder<AdoNetGrainStorageOptions>>?)null!);
            default:
                return silo;
        }
    }

    /// <summary>Adds an <see cref="IDistributedCache"/> of this key in the cluster's store, if that is Redis.</summary>
    public static ISiloBuilder UseClusterCache(this ISiloBuilder silo, ClusteringOptions options, string key)
    {
        if (options.Store == ClusterStore.Redis)
        {
            silo.Services.AddKeyedSingleton<IDistributedCache>(key, (_, _) => new RedisCache(new RedisCacheOptions
            {
                ConfigurationOptions = RedisConnection.ParseImpatient(options.Redis),
                InstanceName = $"{options.ClusterId}/{key}/",
            }));
        }

        return silo;
    }

    private static void ConfigureMembership(ISiloBuilder silo, ClusteringOptions options)
    {
        // Survivors rebuild a dead silo's part of the directory from what they run, so that its death moves only its own grains.
#pragma warning disable ORLEANSEXP003
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003

        // By default nobody may take over a dead silo's grains for half a minute, lest it still lives. Here it may: see ADR 005.
        silo.Configure<GrainDirectoryOptions>(o => o.RangeLeaseDuration = TimeSpan.Zero);
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            // The probe's limit stays where it is set: one that adapts to a loaded machine would notice a death late.
            (o.ProbeTimeout, o.MinProbeTimeout, o.MaxProbeTimeout) = (options.ProbeTimeout, options.ProbeTimeout, options.ProbeTimeout);
            o.NumMissedProbesLimit = options.MissedProbes;
            o.TableRefreshTimeout = TimeSpan.FromSeconds(5); // gossip is what usually brings news
            o.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5); // after 3 of these a first silo ignores what a crash left behind
            o.DefunctSiloCleanupPeriod = TimeSpan.FromMinutes(10);
            o.DefunctSiloExpiration = TimeSpan.FromDays(1);
        });
    }
}
