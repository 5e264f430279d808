using System.Text.RegularExpressions;
using Grpc.Net.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Faults.Tests.Processes;

/// <summary>A store, silos and gateways, each a process of its own; whatever a test kills, the next one finds replaced.</summary>
public sealed partial class FaultCluster : IAsyncLifetime
{
    private const string Reason = "redis-server is not installed: see deploy/install-test-tools.sh.";
    private const string ReadySilo = "(Ctrl-C drains)";
    internal static readonly string Program = Path.Combine(AppContext.BaseDirectory, "visioncluster.dll");

    private readonly List<ServerProcess> _silos = [];
    private readonly List<(ServerProcess Process, GrpcChannel Channel)> _gateways = [];
    private readonly string _clusterId = "faults-" + Guid.NewGuid().ToString("N")[..8];
    private readonly FaultPlan _plan;
    private IStoreServer? _store;
    private int _silosStarted;
    private int _gatewaysStarted;

    /// <summary>Redis, three silos and two gateways.</summary>
    public FaultCluster()
        : this(new FaultPlan())
    {
    }

    internal FaultCluster(FaultPlan plan) => _plan = plan;

    internal RedisServer Redis => (RedisServer)_store!;

    internal IReadOnlyList<ServerProcess> Silos => _silos;

    internal IReadOnlyList<ServerProcess> Gateways => [.. _gateways.Select(g => g.Process)];

    public async ValueTask InitializeAsync()
    {
        if (_plan.Store is null && RedisServer.Program is null)
            return;
        _store = _plan.Store ?? await RedisServer.StartAsync();
        _silos.AddRange(await Task.WhenAll(Enumerable.Range(0, _plan.Silos).Select(_ => StartSiloAsync())));
        _gateways.AddRange(await Task.WhenAll(Enumerable.Range(0, _plan.Gateways).Select(_ => StartGatewayAsync())));
        await CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, channel) in _gateways)
        {
            channel.Dispose();
            await process.DisposeAsync();
        }

        foreach (var silo in _silos)
            await silo.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
    }

    internal static void SkipWithoutRedis() => Assert.SkipUnless(RedisServer.Program is not null, Reason);

    internal VisionService.VisionServiceClient Client(int gateway) => new(_gateways[gateway % _gateways.Count].Channel);

    internal AdminService.AdminServiceClient Admin(int gateway) => new(_gateways[gateway % _gateways.Count].Channel);

    /// <summary>Every gateway sees every silo.</summary>
    internal async Task CompleteAsync()
    {
        for (var g = 0; g < _gateways.Count; g++)
        {
            var client = Client(g);
            await Limit.UntilAsync(
                async () => (await DevicesAsync(client)).SequenceEqual(_silos.Select(s => s.Name + "/cpu:0").Order()),
                $"gateway {g} sees the silos {string.Join(", ", _silos.Select(s => s.Name))}");
        }
    }

    /// <summary>Replaces what an earlier, failed scenario left dead.</summary>
    internal async Task RepairAsync()
    {
        foreach (var silo in _silos.Where(s => !s.IsRunning).ToArray())
            await ReplaceSiloAsync(silo);
        foreach (var gateway in Gateways.Where(g => !g.IsRunning))
            await ReplaceGatewayAsync(gateway);
        await CompleteAsync();
    }

    internal async Task AddSiloAsync() => _silos.Add(await StartSiloAsync());

    internal async Task ReplaceSiloAsync(ServerProcess dead)
    {
        await dead.DisposeAsync();
        _silos[_silos.IndexOf(dead)] = await StartSiloAsync();
    }

    internal async Task ReplaceGatewayAsync(ServerProcess dead)
    {
        var place = _gateways.FindIndex(g => g.Process == dead);
        _gateways[place].Channel.Dispose();
        await dead.DisposeAsync();
        _gateways[place] = await StartGatewayAsync();
    }

    /// <summary>What every process said last, for a failure's message.</summary>
    internal string LastLines() => string.Join(
        "\n\n", _silos.Concat(_gateways.Select(g => g.Process)).Select(p => $"--- {p.Name} ---\n{p.LastLines}"));

    [GeneratedRegex("http://[0-9.:]+")]
    private static partial Regex Endpoint();

    private static async Task<List<string>> DevicesAsync(VisionService.VisionServiceClient client)
    {
        var models = await client.ListModelsAsync(new ListModelsRequest());
        return [.. models.Models.SelectMany(m => m.Devices).Select(d => d.Id).Distinct().Order()];
    }

    private async Task<ServerProcess> StartSiloAsync()
    {
        var number = Interlocked.Increment(ref _silosStarted);
        var name = $"silo{number}";
        string[] arguments =
        [
            Program, "silo", .. _store!.Arguments, "--cluster-id", _clusterId, "--name", name,
            "--model", "emoji-vlm", "--threads", "1", "--slots", "32", "--kv-mb", "512",
        ];
        var environment = new Dictionary<string, string>(_plan.SiloEnvironment(number - 1)) { ["VisionCluster__Silo__DrainTimeout"] = "00:00:00.5" };
        return (await ServerProcess.StartAsync(name, "dotnet", arguments, ReadySilo, environment)).Process;
    }

    private async Task<(ServerProcess Process, GrpcChannel Channel)> StartGatewayAsync()
    {
        var name = $"gateway{Interlocked.Increment(ref _gatewaysStarted)}";
        string[] arguments = [Program, "gateway", .. _store!.Arguments, "--cluster-id", _clusterId, "--port", "0"];
        var environment = new Dictionary<string, string>
        {
            ["VisionCluster__Gateway__Failover__DrainTimeout"] = "00:00:00.5",
            ["Logging__LogLevel__VisionCluster.Gateway.Generation"] = "Information",
        };
        var (process, ready) = await ServerProcess.StartAsync(name, "dotnet", arguments, "gRPC", environment);
        return (process, GrpcChannel.ForAddress(Endpoint().Match(ready).Value));
    }
}

/// <summary>Tests of this collection share the processes and run one after another.</summary>
[CollectionDefinition(nameof(FaultCluster))]
public sealed class FaultClusterCollection : ICollectionFixture<FaultCluster>;
