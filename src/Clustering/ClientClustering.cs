using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using VisionCluster.Clustering.Postgres;
using VisionCluster.Clustering.Security;

namespace VisionCluster.Clustering;

/// <summary>Lets a process without grains call those of the cluster.</summary>
public static class ClientClustering
{
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

        WrapGatewayList(client.Services);
        client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ClusterId));
        client.Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = LiveGateways.RefreshPeriod);
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

    /// <summary>Puts <see cref="LiveGateways"/> before the store's list.</summary>
    private static void WrapGatewayList(IServiceCollection services)
    {
        var store = services.Last(service => service.ServiceType == typeof(IGatewayListProvider));
        services.Remove(store);
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<LiveGateways>(s, Create(s, store), TimeProvider.System));
        services.AddSingleton<IGatewayListProvider>(s => s.GetRequiredService<LiveGateways>());
    }

    private static IGatewayListProvider Create(IServiceProvider services, ServiceDescriptor store) => (IGatewayListProvider)(
        store.ImplementationInstance
        ?? store.ImplementationFactory?.Invoke(services)
        ?? ActivatorUtilities.CreateInstance(services, store.ImplementationType!));
}
