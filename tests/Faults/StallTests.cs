using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class StallTests(FaultCluster cluster)
{
    [Fact]
    public async Task StallSilo_ForASecond_IsNotEvicted()
    {
        FaultCluster.SkipWithoutRedis();
        ServerProcess? stalled = null;
        var results = await Disturbance.RunAsync(cluster, busiest => (stalled = busiest).StallAsync(TimeSpan.FromSeconds(1)));
        Assert.True(stalled!.IsRunning, $"{stalled.Name} was evicted, and ended:\n{stalled.LastLines}");
        await cluster.CompleteAsync();

        Disturbance.Print("a silo stalled for 1 s", results);
    }
}
