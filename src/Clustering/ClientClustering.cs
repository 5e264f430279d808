using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using VisionCluster.Clustering.Postgres;
using VisionCluster.Clustering.Security;

namespace VisionCluster.Clustering;

/// <summary>Lets a process without grains call those of the cluster.</summary>
public static class ClientClustering
{
    private static readonly TimeSpan GatewayListRefresh = TimeSpan.FromMilliseconds(500); // how soon a new silo is used, and a dead one is not

    /// <param name="client">The Orleans client.</param>
    /// <param name="options">Valid.</param>
    public static IClientBuilder UseVisionCluster(this IClientBuilder client, ClusteringOptions options)
    {
        switch (options.Store)
        {
            case ClusterStore.Redis:
                client.UseRedisClustering(redis => redis.ConfigurationOptions = RedisConnection.Parse(options.Redis));
                break;
            case ClusterStore.Postgres:
                client.UseAdoNetClustering(
                    ado => (ado.Invariant, ado.ConnectionString) = (PostgresConnection.Invariant, PostgresConnection.Parse(options.Postgres)));
                client.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<PostgresCheck>(services, options));
                break;
            default:
                var address = IPAddress.Parse(options.AdvertisedAddress);
                client.UseStaticClustering([.. options.LocalGatewayPorts.Select(port => new IPEndPoint(address, port))]);
                break;
        }

        client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ClusterId));
        client.Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = GatewayListRefresh);
        client.Configure<ClientMessagingOptions>(o =>
        {
            o.ResponseTimeout = options.ResponseTimeout;
            o.CancelRequestOnTimeout = true;
            o.MaxMessageBodySize = options.MaxMessageBytes;
        });
        client.Configure<ClientConnectionOptions>(o => o.ConfigureConnection(new ConnectionSecurity(options).UseAsClient));
        client.UseConnectionRetryFilter<KeepTrying>();
        return client;
    }
}
