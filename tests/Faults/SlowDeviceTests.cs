using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class SlowDeviceTests(FaultCluster cluster)
{
    private const int NewAnswers = 12;

    [Fact]
    public async Task SlowSilo_MidAnswer_ItsStreamsEndRight_AndNewOnesGoElsewhere()
    {
        FaultCluster.SkipWithoutRedis();
        var homes = new List<string>();
        ServerProcess? slow = null;
        var results = await Disturbance.RunAsync(cluster, async busiest =>
        {
            slow = busiest;
            using var brake = slow.SlowDown(run: TimeSpan.FromMilliseconds(20), rest: TimeSpan.FromMilliseconds(100));
            for (var i = 0; i < NewAnswers; i++)
            {
                var chat = new Chat(cluster);
                await chat.AskAsync("What is this?");
                homes.Add(chat.Silo);
            }
        });
        Assert.True(slow!.IsRunning, $"{slow.Name} was evicted, and ended:\n{slow.LastLines}");
        var there = homes.Count(silo => silo == slow.Name);
        Assert.True(there < NewAnswers / cluster.Silos.Count, $"{there} of {NewAnswers} new answers went to the slow silo");
        await cluster.CompleteAsync();

        Disturbance.Print($"a silo at a sixth of its speed; {there} of {NewAnswers} new answers went there", results);
    }
}
