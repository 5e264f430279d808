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

    [Fact]
    public async Task HangSilo_BeyondTheLimit_AnswersMove_AndItEndsWhenItGoesOn()
    {
        FaultCluster.SkipWithoutRedis();
        ServerProcess? hung = null;
        var before = cluster.Gateways.Sum(gateway => gateway.Failovers);
        var results = await Disturbance.RunAsync(cluster, async busiest =>
        {
            hung = busiest;
            hung.Stop();
            try
            {
                await Limit.UntilAsync(
                    () => Task.FromResult(cluster.Gateways.Sum(gateway => gateway.Failovers) > before), "an answer goes on elsewhere");
            }
            finally
            {
                hung.Continue(); // while its old answers still run, here and there
            }
        });
        await hung!.EndedAsync();
        await cluster.ReplaceSiloAsync(hung);
        await cluster.CompleteAsync();

        Disturbance.Print("a silo hung until its answers had moved", results);
    }
}
