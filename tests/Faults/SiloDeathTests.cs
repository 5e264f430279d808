using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class SiloDeathTests(FaultCluster cluster)
{
    [Fact]
    public async Task KillSilo_MidAnswer_ClientsSeeAPauseOnly()
    {
        FaultCluster.SkipWithoutRedis();
        var results = new List<StreamResult>();
        for (var round = 0; round < Workload.Rounds; round++)
        {
            var victim = cluster.Silos[round % cluster.Silos.Count];
            results.AddRange(await Disturbance.RunAsync(cluster, async () =>
            {
                await Limit.UntilAsync(async () => await cluster.RunningOnAsync(victim) > 0, $"{victim.Name} reports a stream");
                await victim.KillAsync();
            }));
            await cluster.ReplaceSiloAsync(victim);
            await cluster.CompleteAsync();
        }

        Disturbance.Print($"kill -9 of a silo, {Workload.Rounds} rounds", results);
    }
}
