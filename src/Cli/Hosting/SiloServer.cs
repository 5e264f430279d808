using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference;
using VisionCluster.Silo;

namespace VisionCluster.Cli.Hosting;

/// <summary>A worker process: models, and a silo that offers them to the cluster.</summary>
internal sealed class SiloServer : IAsyncDisposable
{
    private readonly IHost _host;

    private SiloServer(IHost host, IReadOnlyList<IModelHost> models) => (_host, Models) = (host, models);

    public IReadOnlyList<IModelHost> Models { get; }

    public IServiceProvider Services => _host.Services;

    public SiloOptions Options => _host.Services.GetRequiredService<IOptions<SiloOptions>>().Value;

    /// <summary>Checks the configuration, loads the models, then joins the cluster: a member can work from its first second on.</summary>
    public static async Task<SiloServer> StartAsync(
        IReadOnlyList<string> checkpoints,
        ModelHostOptions hosting,
        Action<SiloOptions> configure,
        IProgress<string> progress,
        CancellationToken cancellationToken,
        bool quiet = false)
    {
        var host = Build(hosting, configure, quiet);
        List<IModelHost> models = [];
        try
        {
            models = await ModelLoading.LoadAsync(
                checkpoints, hosting, host.Services.GetRequiredService<IOptions<SiloOptions>>().Value, progress, cancellationToken);
            var registry = host.Services.GetRequiredService<ModelRegistry>();
            foreach (var model in models)
            {
                registry.Add(model);
            }

            progress.Report("Joining the cluster");
            await host.StartAsync(cancellationToken);
            return new SiloServer(host, models);
        }
        catch
        {
            await new SiloServer(host, models).DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the process has been told to stop, and has drained.</summary>
    public Task WaitForShutdownAsync() => _host.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        foreach (var model in Models)
        {
            await model.DisposeAsync();
        }
    }

    private static IHost Build(ModelHostOptions hosting, Action<SiloOptions> configure, bool quiet)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables();
        HostLogging.Configure(builder.Logging, builder.Configuration, server: !quiet);
        Telemetry.AddTo(builder.Services, builder.Configuration, "visioncluster-silo");
        var options = new SiloOptions();
        builder.AddVisionClusterSilo(silo =>
        {
            ServerConfiguration.Bind(builder.Configuration, silo);
            configure(silo);
            options = silo;
            builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ServerConfiguration.ShutdownTimeout(silo.DrainTimeout));
        });
        builder.AddVisionClusterModelLoading(ModelLoading.Configured(hosting, options), EmbeddedModels.Root);
        return builder.Build();
    }
}
