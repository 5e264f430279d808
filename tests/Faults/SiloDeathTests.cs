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
            ServerProcess? victim = null;
            var before = cluster.Gateways.Sum(gateway => gateway.Failovers);
            results.AddRange(await Disturbance.RunAsync(cluster, busiest => (victim = busiest).KillAsync()));
            Assert.True(cluster.Gateways.Sum(gateway => gateway.Failovers) > before, $"no stream was on {victim!.Name}");
            await cluster.ReplaceSiloAsync(victim);
            await cluster.CompleteAsync();
        }

        Disturbance.Print($"kill -9 of a silo, {Workload.Rounds} rounds", results);
    }
}
