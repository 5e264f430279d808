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
        var results = await Disturbance.RunAsync(
            cluster,
            async () =>
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
            },
            mayResume: true);
        await cluster.CompleteAsync();

        Disturbance.Print("rolling restart of every process", results);
    }
}
