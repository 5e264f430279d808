using System.Net;
using System.Net.Sockets;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Hosting;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Options;
using VisionCluster.Inference;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>Two gateways in front of one silo with the embedded model, and two tenants who ask both for more than there is.</summary>
public sealed class TenantShareTests
{
    private const int Clients = 16; // of each tenant at each gateway
    private const int Answers = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(300);
    private static readonly (string Tenant, double Weight)[] Tenants = [("light", 1), ("heavy", 3)];

    [Fact]
    public async Task TwoGateways_WeightsOneAndThree_AreServedByWeight()
    {
        var port = FreePort();
        await using var first = await LocalCluster.StartAsync(
            [Fixtures.EmojiVlm],
            new ModelHostOptions { MaxSlots = 4 },
            Configure,
            handleSignals: false,
            new Progress<string>(),
            default,
            silo => silo.GatewayPort = port);
        await using var second = await GatewayServer.StartAsync(cluster => cluster.LocalGatewayPorts.Add(port), Configure, default);

        using var limit = new CancellationTokenSource(Patience);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var (served, all) = (new int[Tenants.Length], 0);
        var floods = from endpoint in new[] { first.Endpoint, second.Endpoint } from tenant in Enumerable.Range(0, Tenants.Length) select (endpoint, tenant);
        await Task.WhenAll(floods.Select(flood => FloodAsync(flood.endpoint, flood.tenant)));

        Assert.False(limit.IsCancellationRequested, $"Only {all} of {Answers} answers came within {Patience.TotalSeconds} s.");
        Assert.InRange(served[0] / (double)served.Sum(), 0.18, 0.34);
        Assert.True(first.Models[0].Decoder!.Load.Submitted >= Answers);

        async Task FloodAsync(string endpoint, int tenant)
        {
            using var client = new GatewayClient(endpoint, KeyOf(Tenants[tenant].Tenant));
            var request = new BenchRequest(new BenchPrompt.Message($"What do you see, {Tenants[tenant].Tenant}?"), 24);
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
            {
                while (!enough.IsCancellationRequested)
                {
                    if ((await client.RunAsync(request, enough.Token)).Outcome != RequestOutcome.Finished)
                        continue;
                    var number = Interlocked.Increment(ref all);
                    if (number > Answers / 4 && number <= Answers) // until then queues fill
                        Interlocked.Increment(ref served[tenant]);
                    if (number == Answers)
                        await enough.CancelAsync();
                }
            }));
        }
    }

    private static void Configure(GatewayOptions gateway)
    {
        gateway.GrpcPort = 0;
        foreach (var (tenant, weight) in Tenants)
        {
            gateway.Auth.ApiKeys.Add(new ApiKeyOptions { Key = KeyOf(tenant), Tenant = tenant });
            gateway.Auth.TenantWeights[tenant] = weight;
        }
    }

    private static string KeyOf(string tenant) => $"share-test-of-{tenant}";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
