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
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;
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
        // Configuration is read first: what is wrong with it is said before models are compiled.
        var (builder, silo) = Configure(gateway, handleSignals);
        hosting = hosting with { Precision = hosting.Precision.OrElse(silo.ToPrecisionPlan()) };
        var models = await Task.Run(() => LoadAll(checkpoints, hosting, progress, cancellationToken), cancellationToken);
        progress.Report("Starting silo and gateway");
        return await StartAsync(models, builder, cancellationToken);
    }

    /// <summary>Starts silo and gateway with models that are loaded, which are the cluster's from now on.</summary>
    public static Task<LocalCluster> StartAsync(IReadOnlyList<IModelHost> models, Action<GatewayOptions> gateway, CancellationToken cancellationToken) =>
        StartAsync(models, Configure(gateway, handleSignals: false).Builder, cancellationToken);

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

    private static (WebApplicationBuilder Builder, SiloOptions Silo) Configure(Action<GatewayOptions> gateway, bool handleSignals)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Quieten(builder.Logging, handleSignals);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        if (!handleSignals)
        {
            builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        }

        var silo = new SiloOptions();
        builder.AddVisionClusterSilo(options =>
        {
            builder.Configuration.GetSection("VisionCluster:Silo").Bind(options);
            silo = options;
        });
        builder.AddVisionClusterGateway(options =>
        {
            builder.Configuration.GetSection("VisionCluster:Gateway").Bind(options);
            gateway(options);
        });
        return (builder, silo);
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
        var models = new List<IModelHost>();
        foreach (var checkpoint in checkpoints)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (name, plan) = (ModelCompiler.NameOf(checkpoint), hosting.Precision);
            var compiled = new ModelCompiler(hosting.Compilation(name)).Compile(checkpoint, progress: progress);
            if (plan.IsRequired(name) && plan.Of(name) is not ModelPrecision.Auto and var wanted && compiled.Manifest.Precision != wanted.Name())
            {
                throw new ModelException($"{name} is {compiled.Manifest.Precision}, in which it was imported or exported; it cannot be served in {wanted.Name()}.");
            }

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
