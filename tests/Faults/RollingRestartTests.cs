using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class RollingRestartTests(FaultCluster cluster)
{
    [Fact]
    public async Task RestartEveryProcessInTurn_UnderLoad_LosesNothing()
    {
        FaultCluster.SkipWithoutRedis();
        var results = new List<StreamResult>();
        for (var round = 0; round < Workload.Rounds; round++)
        {
            results.AddRange(await Disturbance.RunAsync(cluster, RestartAllAsync, mayResume: true));
            await cluster.CompleteAsync();
        }

        Disturbance.Print($"rolling restart of every process, {Workload.Rounds} rounds", results);
    }

    private async Task RestartAllAsync()
    {
        foreach (var silo in cluster.Silos.ToArray())
        {
            await silo.TerminateAsync();
            await cluster.ReplaceSiloAsync(silo);
        }

        foreach (var gateway in cluster.Gateways.ToArray())
        {
            await gateway.TerminateAsync();
            await cluster.ReplaceGatewayAsync(gateway);
        }
    }
}
