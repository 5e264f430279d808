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
        var results = await Disturbance.RunAsync(cluster, cluster.Redis.RestartAsync);
        Assert.All(cluster.Silos.Concat(cluster.Gateways), process => Assert.True(process.IsRunning, $"{process.Name} ended"));

        Disturbance.Print("restart of Redis", results);
    }
}
