using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using VisionCluster.Grains.Hosting;
using VisionCluster.Grains.Storage;
using VisionCluster.Silo;

namespace VisionCluster.Grains.Tests;

/// <summary>A real silo on free ports with one fake model.</summary>
public sealed class TestSilo : IAsyncLifetime
{
    internal static readonly TimeSpan SharedAge = TimeSpan.FromHours(1);

    private IHost _host = null!;

    internal FakeModelHost Model { get; private set; } = null!;

    internal IServiceProvider Services => _host.Services;

    internal IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    /// <summary>For a second silo.</summary>
    internal int Port { get; private set; }

    internal SharedStore SharedStore => Services.GetRequiredService<SharedStore>();

    /// <param name="model">Null: one with the usual bounds.</param>
    /// <param name="configure">Of the silo.</param>
    /// <param name="shared">Takes the place of Redis, where answers and embeddings are kept then.</param>
    internal static async Task<TestSilo> StartAsync(
        FakeModelHost? model = null, Action<SiloOptions>? configure = null, IDistributedCache? shared = null)
    {
        var silo = new TestSilo();
        await silo.StartCoreAsync(model ?? new FakeModelHost(), configure, shared);
        return silo;
    }

    public async ValueTask InitializeAsync() => await StartCoreAsync(new FakeModelHost(), null, null);

    public async ValueTask DisposeAsync()
    {
        Model.ReleaseEncodes();
        await Model.DisposeAsync();
        using var stop = new CancellationTokenSource(Eventually.Limit);
        await _host.StopAsync(stop.Token);
        _host.Dispose();
    }

    /// <summary>Stops gracefully; the model stays.</summary>
    internal Task StopAsync() => _host.StopAsync();

    internal IDecoderGrain Session(string id) => Grains.GetGrain<IDecoderGrain>(DecoderKey.ForSession("t", id));

    internal Task<DirectoryView> ViewAsync() => Grains.GetGrain<IDeviceDirectoryGrain>(0).GetView();

    private async Task StartCoreAsync(FakeModelHost model, Action<SiloOptions>? configure, IDistributedCache? shared)
    {
        (Model, Port) = (model, FreePort());
        SiloOptions? options = null;
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddVisionClusterSilo(o =>
        {
            o.SiloPort = Port;
            o.DrainTimeout = TimeSpan.Zero;
            configure?.Invoke(o);
            options = o;
        });
        if (shared is not null)
        {
            builder.Services.AddKeyedSingleton(SharedStore.Name, shared);
            (options!.Decoder.StoredAnswerAge, options.Decoder.StoredEmbeddingAge) = (SharedAge, SharedAge);
        }

        _host = builder.Build();
        Services.GetRequiredService<ModelRegistry>().Add(model);
        await _host.StartAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
