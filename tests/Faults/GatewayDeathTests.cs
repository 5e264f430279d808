using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class GatewayDeathTests(FaultCluster cluster)
{
    [Fact]
    public async Task KillGateway_MidAnswer_ClientsGetTheRestElsewhere()
    {
        FaultCluster.SkipWithoutRedis();
        var results = new List<StreamResult>();
        for (var round = 0; round < Workload.Rounds; round++)
        {
            var victim = cluster.Gateways[round % cluster.Gateways.Count];
            var answers = await Disturbance.RunAsync(cluster, victim.KillAsync, mayResume: true);
            Assert.Contains(answers, answer => answer.Resumes > 0);
            results.AddRange(answers);
            await cluster.ReplaceGatewayAsync(victim);
            await cluster.CompleteAsync();
        }

        Disturbance.Print($"kill -9 of a gateway, {Workload.Rounds} rounds", results);
    }
}
