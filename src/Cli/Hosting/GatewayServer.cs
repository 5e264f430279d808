using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using VisionCluster.Clustering;
using VisionCluster.Gateway;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Cli.Hosting;

/// <summary>A front-door process: gRPC outside, a client of the cluster inside.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayServer(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    /// <summary>Where clients connect.</summary>
    public string Endpoint =>
        _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>Returns when it has found the cluster, which may have no model yet: health tells.</summary>
    public static async Task<GatewayServer> StartAsync(
        Action<ClusteringOptions> configureCluster, Action<GatewayOptions> configureGateway, CancellationToken cancellationToken, bool quiet = false)
    {
        var app = Build(configureCluster, configureGateway, quiet);
        try
        {
            await app.StartAsync(cancellationToken);
            return new GatewayServer(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the process has been told to stop, and running answers have ended or wait for their clients elsewhere.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <summary>Running answers end or move to other gateways; returns when it has left the cluster.</summary>
    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build(Action<ClusteringOptions> configureCluster, Action<GatewayOptions> configureGateway, bool quiet)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        HostLogging.Configure(builder.Logging, builder.Configuration, server: !quiet);
        Telemetry.AddTo(builder.Services, builder.Configuration, "visioncluster-gateway");
        var (cluster, gateway) = (new ClusteringOptions(), new GatewayOptions());
        ServerConfiguration.Bind(builder.Configuration, cluster);
        configureCluster(cluster);
        ServerConfiguration.Bind(builder.Configuration, gateway);
        configureGateway(gateway);
        List<string> errors = [.. cluster.Errors(), .. gateway.Errors()];
        if (cluster is { Store: ClusterStore.Local, LocalGatewayPorts.Count: 0 })
        {
            errors.Add("Cluster.LocalGatewayPorts must name the silos (--silo PORT): with the local store nobody else knows them.");
        }

        if (errors.Count > 0)
        {
            throw new OptionsValidationException(nameof(GatewayOptions), typeof(GatewayOptions), errors);
        }

        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ServerConfiguration.ShutdownTimeout(gateway.Failover.DrainTimeout));
        builder.UseOrleansClient(client => client.UseVisionCluster(cluster));
        builder.Services.AddSingleton<ISiloWays, ClientWays>();
        builder.AddVisionClusterGateway(options =>
        {
            ServerConfiguration.Bind(builder.Configuration, options);
            configureGateway(options);
        });
        return builder.Build().MapVisionClusterGateway();
    }
}
