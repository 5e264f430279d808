using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class LostConnectionTests(FaultCluster cluster)
{
    [Fact]
    public async Task CutGatewaysFromSilos_MidAnswer_ClientsSeeAPauseOnly()
    {
        FaultCluster.SkipWithoutRedis();
        var cut = 0;
        var results = await Disturbance.RunAsync(cluster, () =>
        {
            cut = cluster.Gateways.Sum(gateway => cluster.Silos.Sum(silo => Connections.Cut(gateway, silo)));
            return Task.CompletedTask;
        });
        Assert.True(cut >= cluster.Gateways.Count, $"{cut} connections were cut");
        await AllStayAsync();

        Disturbance.Print($"{cut} connections of gateways with silos cut", results);
    }

    [Fact]
    public async Task CutSilosFromEachOther_MidAnswer_NobodyIsEvicted()
    {
        FaultCluster.SkipWithoutRedis();
        var cut = 0;
        var results = await Disturbance.RunAsync(cluster, () =>
        {
            var pairs = cluster.Silos.SelectMany((one, i) => cluster.Silos.Skip(i + 1).Select(other => (one, other)));
            cut = pairs.Sum(pair => Connections.Cut(pair.one, pair.other));
            return Task.CompletedTask;
        });
        Assert.True(cut >= 2, $"{cut} connections were cut");
        await AllStayAsync();

        Disturbance.Print($"{cut} connections between silos cut", results);
    }

    private async Task AllStayAsync()
    {
        Assert.All(cluster.Silos.Concat(cluster.Gateways), process => Assert.True(process.IsRunning, $"{process.Name} ended:\n{process.LastLines}"));
        await cluster.CompleteAsync();
    }
}
