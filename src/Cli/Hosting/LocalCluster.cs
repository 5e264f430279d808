using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VisionCluster.Gateway;
using VisionCluster.Gateway.Options;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference;
using VisionCluster.Models.Compilation;
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
    public static async Task<LocalCluster> StartAsync(
        IReadOnlyList<string> checkpoints,
        ModelHostOptions hosting,
        Action<GatewayOptions> gateway,
        bool handleSignals,
        IProgress<string> progress,
        CancellationToken cancellationToken)
    {
        var models = await Task.Run(() => LoadAll(checkpoints, hosting, progress, cancellationToken), cancellationToken);
        progress.Report("Starting silo and gateway");
        return await StartAsync(models, gateway, handleSignals, cancellationToken);
    }

    /// <summary>Starts silo and gateway with models that are loaded, which are the cluster's from now on.</summary>
    public static Task<LocalCluster> StartAsync(IReadOnlyList<IModelHost> models, Action<GatewayOptions> gateway, CancellationToken cancellationToken) =>
        StartAsync(models, gateway, handleSignals: false, cancellationToken);

    /// <summary>Completes when the host is told to stop.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    public ValueTask DisposeAsync() => DisposeAsync(_app, Models);

    private static async Task<LocalCluster> StartAsync(
        IReadOnlyList<IModelHost> models, Action<GatewayOptions> gateway, bool handleSignals, CancellationToken cancellationToken)
    {
        var app = Build(gateway, handleSignals);
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

    private static WebApplication Build(Action<GatewayOptions> gateway, bool handleSignals)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Quieten(builder.Logging, handleSignals);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        if (!handleSignals)
        {
            builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        }

        builder.AddVisionClusterSilo(silo => builder.Configuration.GetSection("VisionCluster:Silo").Bind(silo));
        builder.AddVisionClusterGateway(options =>
        {
            builder.Configuration.GetSection("VisionCluster:Gateway").Bind(options);
            gateway(options);
        });
        return builder.Build().MapVisionClusterGateway();
    }

    /// <summary>What a person at a terminal needs: a server's own warnings, of Orleans and the health checks only what is an error.</summary>
    private static void Quieten(ILoggingBuilder logging, bool server)
    {
        // All log lines go to standard error: standard output is for answers.
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(server ? LogLevel.Warning : LogLevel.Critical);
        logging.AddFilter("Orleans", server ? LogLevel.Error : LogLevel.Critical);

        // A model that still loads is "unhealthy"; the probe that asks is told, nobody else has to be.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical);
    }

    private static List<IModelHost> LoadAll(
        IReadOnlyList<string> checkpoints, ModelHostOptions hosting, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var compiler = new ModelCompiler(new ModelCompilerOptions());
        var models = new List<IModelHost>();
        foreach (var checkpoint in checkpoints)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var compiled = compiler.Compile(checkpoint, progress: progress);
            progress.Report($"Loading {compiled.Name} on {hosting.Device.Id}");
            models.Add(ModelHost.Load(compiled, hosting));
        }

        return models;
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
