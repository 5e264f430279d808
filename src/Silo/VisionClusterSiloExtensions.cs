using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using VisionCluster.Clustering;
using VisionCluster.Grains;
using VisionCluster.Grains.Administration;
using VisionCluster.Grains.Decoding;
using VisionCluster.Grains.Directory;
using VisionCluster.Grains.Storage;
using VisionCluster.Inference;
using VisionCluster.Silo.Administration;
using VisionCluster.Silo.Models;

namespace VisionCluster.Silo;

/// <summary>Makes a host a worker of the cluster.</summary>
public static class VisionClusterSiloExtensions
{
    private const int MostGivenPorts = 4_096; // long before the system's run out
    private static readonly HashSet<int> GivenPorts = [];

    /// <summary>
    /// Adds a silo, on this machine with in-memory clustering unless the options name a cluster. Put models in with <see cref="AddVisionClusterModel"/>, or later through
    /// <see cref="Grains.Hosting.ModelRegistry"/>.
    /// </summary>
    public static IHostApplicationBuilder AddVisionClusterSilo(this IHostApplicationBuilder builder, Action<SiloOptions>? configure = null)
    {
        var options = new SiloOptions();
        configure?.Invoke(options);
        if (options.Errors() is { Count: > 0 } errors) // here, because ports are needed before the host is built
            throw new OptionsValidationException(nameof(SiloOptions), typeof(SiloOptions), errors);
        options.SiloPort = options.SiloPort == 0 ? FreePort() : options.SiloPort;
        options.GatewayPort = options.GatewayPort == 0 ? FreePort() : options.GatewayPort;
        options.Name = options.Name.Length == 0 ? $"{Environment.MachineName.ToLowerInvariant()}-{options.SiloPort}" : options.Name;

        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton(Options.Create(options.Decoder));
        builder.Services.AddSingleton(Options.Create(options.Directory));
        return builder.UseOrleans(silo => Configure(silo, options));
    }

    /// <summary>Loads a model in the background once the silo runs; the silo owns and disposes it. Models load one after another.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="name">For log lines until it is loaded.</param>
    /// <param name="load">Compiles and loads.</param>
    public static IHostApplicationBuilder AddVisionClusterModel(
        this IHostApplicationBuilder builder, string name, Func<CancellationToken, Task<IModelHost>> load)
    {
        builder.Services.AddSingleton(new ModelSource(name, load));
        return builder;
    }

    /// <summary>Lets operators load models at run time, from <see cref="SiloOptions.ModelRoots"/> and what ships with the program.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="hosting">How models run.</param>
    /// <param name="shippedRoots">Folders of the models that ship with the program.</param>
    public static IHostApplicationBuilder AddVisionClusterModelLoading(
        this IHostApplicationBuilder builder, ModelHostOptions hosting, params string[] shippedRoots)
    {
        var loader = new CheckpointLoader(hosting);
        return builder.AddVisionClusterModelLoading((order, progress) => loader.Prepare(order.Path, order.Name, order.Precision, progress), shippedRoots);
    }

    internal static IHostApplicationBuilder AddVisionClusterModelLoading(
        this IHostApplicationBuilder builder, Func<LoadOrder, IProgress<string>, PreparedModel> prepare, params string[] shippedRoots)
    {
        builder.Services.AddSingleton(new LoadSource(prepare, shippedRoots));
        return builder;
    }

    private static void Configure(ISiloBuilder silo, SiloOptions options)
    {
        silo.UseVisionCluster(options.Cluster, options.SiloPort, options.GatewayPort, options.PrimarySiloPort);
        silo.Configure<Orleans.Configuration.SiloOptions>(o => o.SiloName = options.Name);
        silo.AddVisionClusterGrains();
        silo.UseClusterStorage(options.Cluster, DecoderGrain.StorageName);
        silo.UseClusterCache(options.Cluster, SharedStore.Name);
        silo.Services.AddSingleton<DirectoryReporter>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloPresence>();
        silo.Services.AddHostedService<ModelLoader>();
        silo.Services.AddSingleton<LoadQueue>();
        silo.Services.AddSingleton<ModelRetirer>();
        silo.Services.AddSingleton<ModelAdministrator>();
        silo.Services.AddSingleton<IModelAdministrator>(p => p.GetRequiredService<ModelAdministrator>());
        silo.Services.AddHostedService(p => p.GetRequiredService<ModelAdministrator>());
    }

    // Free now, and given to no other silo of this process, which may not have taken its own yet. Another process can take it before Orleans
    // does, which then fails at start and says so.
    private static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            lock (GivenPorts)
            {
                if (GivenPorts.Count > MostGivenPorts)
                    GivenPorts.Clear();
                if (GivenPorts.Add(port))
                    return port;
            }
        }
    }
}
