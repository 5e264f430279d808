using System.Globalization;
using Grpc.Net.Client;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Bench;

/// <summary>What <see cref="Overload"/> asks: <c>visioncluster run</c> in a process of its own, so that what it costs can be told from what asking costs.</summary>
internal sealed class OverloadTarget : IAsyncDisposable
{
    private static readonly (string Name, double Weight)[] Tenants = [("light", 1), ("heavy", 3)];

    private readonly ServerProcess _server;
    private readonly GatewayClient[] _clients;

    private OverloadTarget(ServerProcess server, string endpoint, TimeSpan deadline)
    {
        _server = server;
        _clients = [.. Tenants.Select(tenant => new GatewayClient(endpoint, KeyOf(tenant.Name), deadline))];
    }

    /// <summary>One for each tenant; the last is the heavier one.</summary>
    public IReadOnlyList<GatewayClient> Clients => _clients;

    /// <summary>Sequences that run at the same time, on all devices.</summary>
    public int Slots { get; private set; }

    /// <summary>Words that become about as many tokens as the plan wants.</summary>
    public int Words { get; private set; }

    public CpuTime Cpu() => _server.Cpu();

    /// <summary>Returns when it serves.</summary>
    /// <param name="hosting">What the command line says about the model.</param>
    /// <param name="plan">Of the measurement.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<OverloadTarget> StartAsync(IReadOnlyList<string> hosting, OverloadPlan plan, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string> { ["VisionCluster__Gateway__MaxStreamsPerConnection"] = "1000" };
        for (var i = 0; i < Tenants.Length; i++)
        {
            settings[Invariant($"VisionCluster__Gateway__Auth__ApiKeys__{i}__Key")] = KeyOf(Tenants[i].Name);
            settings[Invariant($"VisionCluster__Gateway__Auth__ApiKeys__{i}__Tenant")] = Tenants[i].Name;
            settings[$"VisionCluster__Gateway__Auth__TenantWeights__{Tenants[i].Name}"] = Invariant($"{Tenants[i].Weight}");
        }

        var server = await ServerProcess.RunAsync([.. hosting, "--port", "0"], settings, cancellationToken);
        var target = new OverloadTarget(server, server.Endpoint, plan.Deadline);
        try
        {
            await target.MeetAsync(server.Endpoint, plan, cancellationToken);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(_clients, client => client.Dispose());
        await _server.DisposeAsync();
    }

    private static string KeyOf(string tenant) => $"overload-bench-{tenant}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private async Task MeetAsync(string endpoint, OverloadPlan plan, CancellationToken cancellationToken)
    {
        using (var channel = GrpcChannel.ForAddress(endpoint))
        {
            var models = await new VisionService.VisionServiceClient(channel).ListModelsAsync(
                new ListModelsRequest(), new Grpc.Core.Metadata { { "authorization", "Bearer " + KeyOf(Tenants[0].Name) } }, cancellationToken: cancellationToken);
            Slots = models.Models.Sum(model => model.Devices.Sum(device => (int)device.KvSlots));
        }

        // What a word is to the model's tokenizer, and what a template adds, is known when it has counted.
        Words = Math.Max(1, plan.Prompt / 2);
        var message = new BenchPrompt.Message(BenchModel.Text(Words, 0), plan.Picture?.Bytes);
        var counted = (await _clients[0].RunAsync(new BenchRequest(message, 1), cancellationToken)).PromptTokens;
        Words = Math.Max(1, Words * plan.Prompt / Math.Max(1, counted));
    }
}
