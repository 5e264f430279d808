using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class RedisRestartTests(FaultCluster cluster)
{
    [Fact]
    public async Task RestartRedis_MidAnswer_StreamsGoOn()
    {
        FaultCluster.SkipWithoutRedis();
        var results = new List<StreamResult>();
        for (var round = 0; round < Workload.Rounds; round++)
        {
            results.AddRange(await Disturbance.RunAsync(cluster, cluster.Redis.RestartAsync));
            Assert.All(cluster.Silos.Concat(cluster.Gateways), process => Assert.True(process.IsRunning, $"{process.Name} ended"));
        }

        Disturbance.Print($"restart of Redis, {Workload.Rounds} rounds", results);
    }
}
