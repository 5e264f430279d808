using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using VisionCluster.Cli.Hosting;
using VisionCluster.Contracts.Grains;
using VisionCluster.Inference;
using VisionCluster.Inference.Devices;
using VisionCluster.Simulation;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>
/// Many silos with simulated devices, and gateways, in this process: cheaper than a process each, since code is compiled once. They meet by
/// sockets all the same, as on many machines. One silo more can run in a process of its own, to be killed.
/// </summary>
internal sealed class ScaleCluster : IAsyncDisposable
{
    private const int StartsAtOnce = 4;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly List<SiloServer> _silos = [];
    private readonly List<GatewayServer> _gateways = [];
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("visioncluster-scale-").FullName;

    private ScaleCluster()
    {
    }

    public IReadOnlyList<SiloServer> Silos => _silos;

    public IReadOnlyList<string> Endpoints => [.. _gateways.Select(gateway => gateway.Endpoint)];

    /// <summary>Devices of this process.</summary>
    public IEnumerable<SimulatedModelHost> Devices => _silos.SelectMany(silo => silo.Models).Cast<SimulatedModelHost>();

    /// <summary>The silo that can be killed; null when there is none.</summary>
    public ServerProcess? Victim { get; private set; }

    public IDeviceDirectoryGrain Directory => _silos[0].Services.GetRequiredService<IGrainFactory>().GetGrain<IDeviceDirectoryGrain>(0);

    public Orleans.Serialization.Serializer Serializer => _silos[0].Services.GetRequiredService<Orleans.Serialization.Serializer>();

    /// <summary>Starts everything, and returns when every gateway knows every device.</summary>
    /// <param name="plan">Sizes.</param>
    /// <param name="silos">Silos of this process.</param>
    /// <param name="gateways">Gateways of this process.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ScaleCluster> StartAsync(ScalePlan plan, int silos, int gateways, CancellationToken cancellationToken)
    {
        var cluster = new ScaleCluster();
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(StartLimit);
            await cluster.StartCoreAsync(plan, silos, gateways, limit.Token);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.StopAsync();
            await gateway.DisposeAsync();
        }

        if (Victim is not null)
            await Victim.DisposeAsync();

        // The first silo holds the list of members: it goes last.
        foreach (var silo in _silos.Skip(1).Chunk(StartsAtOnce))
            await Task.WhenAll(silo.Select(s => s.DisposeAsync().AsTask()));
        if (_silos.Count > 0)
            await _silos[0].DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task StartCoreAsync(ScalePlan plan, int silos, int gateways, CancellationToken cancellationToken)
    {
        var (model, primary) = (plan.Model.Write(_folder), FreePort());
        var hosting = new ModelHostOptions
        {
            Device = new DeviceOptions { Kind = DeviceKind.Simulated, Count = plan.DevicesPerSilo },
            MaxSlots = 2 * plan.Rows,
        };
        Task<SiloServer> StartSilo(int number) => SiloServer.StartAsync(
            [model],
            hosting,
            options =>
            {
                options.Name = $"silo-{number}";
                options.DrainTimeout = TimeSpan.Zero;
                options.Cluster.ProbeTimeout = plan.ProbeTimeout ?? options.Cluster.ProbeTimeout;
                (options.SiloPort, options.PrimarySiloPort) = number == 0 ? (primary, 0) : (0, primary);
            },
            new Progress<string>(),
            cancellationToken,
            quiet: true);

        _silos.Add(await StartSilo(0));
        foreach (var numbers in Enumerable.Range(1, silos - 1).Chunk(StartsAtOnce))
            _silos.AddRange(await Task.WhenAll(numbers.Select(StartSilo)));
        if (plan.Kill)
            Victim = await VictimSilo.StartAsync(model, hosting, primary, cancellationToken);
        for (var i = 0; i < gateways; i++)
        {
            _gateways.Add(await GatewayServer.StartAsync(
                cluster =>
                {
                    foreach (var silo in _silos)
                        cluster.LocalGatewayPorts.Add(silo.Options.GatewayPort);
                },
                gateway =>
                {
                    gateway.GrpcPort = 0;
                    gateway.Admission.MaxGenerations = 1 << 16; // the load is what is bounded here
                    gateway.Admission.MaxQueuedIngests = 1 << 16;
                    gateway.Admission.MaxQueueTime = TimeSpan.FromHours(1);
                },
                cancellationToken,
                quiet: true));
        }

        var devices = (silos + (plan.Kill ? 1 : 0)) * plan.DevicesPerSilo;
        foreach (var endpoint in Endpoints)
            await ScaleClient.WaitForDevicesAsync(endpoint, devices, cancellationToken);
    }
}
