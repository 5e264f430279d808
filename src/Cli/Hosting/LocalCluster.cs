using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VisionCluster.Gateway;
using VisionCluster.Gateway.Options;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference;
using VisionCluster.Silo;

namespace VisionCluster.Cli.Hosting;

/// <summary>A whole cluster in this process: one silo with its models, and a gateway on a local port.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private LocalCluster(WebApplication app, IReadOnlyList<IModelHost> models) => (_app, Models) = (app, models);

    public IReadOnlyList<IModelHost> Models { get; }

    /// <summary>Where clients connect.</summary>
    public string Endpoint =>
        _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>Compiles and loads the models, starts silo and gateway, and returns when the gateway serves the models.</summary>
    /// <param name="checkpoints">Checkpoint folders.</param>
    /// <param name="hosting">How models run.</param>
    /// <param name="gateway">Changes to the configured gateway options.</param>
    /// <param name="handleSignals">Whether the host itself ends on SIGINT and SIGTERM.</param>
    /// <param name="progress">What is being done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="silo">Changes to the configured silo options.</param>
    public static async Task<LocalCluster> StartAsync(
        IReadOnlyList<string> checkpoints,
        ModelHostOptions hosting,
        Action<GatewayOptions> gateway,
        bool handleSignals,
        IProgress<string> progress,
        CancellationToken cancellationToken,
        Action<SiloOptions>? silo = null)
    {
        // Configuration is read first: what is wrong with it is said before models are compiled.
        var (builder, options) = Configure(gateway, silo, handleSignals);
        builder.AddVisionClusterModelLoading(ModelLoading.Configured(hosting, options), EmbeddedModels.Root);
        var models = await ModelLoading.LoadAsync(checkpoints, hosting, options, progress, cancellationToken);
        progress.Report("Starting silo and gateway");
        return await StartAsync(models, builder, cancellationToken);
    }

    /// <summary>Starts silo and gateway with models that are loaded, which are the cluster's from now on.</summary>
    public static Task<LocalCluster> StartAsync(
        IReadOnlyList<IModelHost> models, Action<GatewayOptions> gateway, CancellationToken cancellationToken, Action<SiloOptions>? silo = null) =>
        StartAsync(models, Configure(gateway, silo, handleSignals: false).Builder, cancellationToken);

    /// <summary>Completes when the host is told to stop.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    public ValueTask DisposeAsync() => DisposeAsync(_app, Models);

    private static async Task<LocalCluster> StartAsync(
        IReadOnlyList<IModelHost> models, WebApplicationBuilder builder, CancellationToken cancellationToken)
    {
        var app = builder.Build().MapVisionClusterGateway();
        try
        {
            var registry = app.Services.GetRequiredService<ModelRegistry>();
            foreach (var model in models)
            {
                registry.Add(model);
            }

            await app.StartAsync(cancellationToken);
            await Readiness.WaitAsync(app, cancellationToken);
            return new LocalCluster(app, models);
        }
        catch
        {
            await DisposeAsync(app, models);
            throw;
        }
    }

    private static (WebApplicationBuilder Builder, SiloOptions Silo) Configure(
        Action<GatewayOptions> gateway, Action<SiloOptions>? silo, bool handleSignals)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        HostLogging.Configure(builder.Logging, builder.Configuration, handleSignals);
        Telemetry.AddTo(builder.Services, builder.Configuration, "visioncluster");
        if (!handleSignals)
        {
            builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        }

        var configured = new SiloOptions();
        builder.AddVisionClusterSilo(options =>
        {
            ServerConfiguration.Bind(builder.Configuration, options);
            silo?.Invoke(options);
            configured = options;
            builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ServerConfiguration.ShutdownTimeout(options.DrainTimeout));
        });
        builder.AddVisionClusterGateway(options =>
        {
            ServerConfiguration.Bind(builder.Configuration, options);
            gateway(options);
        });
        return (builder, configured);
    }

    private static async ValueTask DisposeAsync(WebApplication app, IReadOnlyList<IModelHost> models)
    {
        using (var limit = new CancellationTokenSource(StopTimeout))
        {
            await app.StopAsync(limit.Token);
        }

        await app.DisposeAsync();
        foreach (var model in models)
        {
            await model.DisposeAsync();
        }
    }
}
