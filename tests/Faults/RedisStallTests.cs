using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class RedisStallTests(FaultCluster cluster)
{
    private static readonly string[] Questions = ["What is a rocket?", "And what is it for?", "Who needs it?", "Why?"];

    [Fact]
    public async Task StallRedis_MidAnswer_StreamsGoOn_AndNewOnesCome()
    {
        FaultCluster.SkipWithoutRedis();
        var results = await Disturbance.RunAsync(cluster, () => cluster.Redis.StallAsync(TimeSpan.FromSeconds(5)));
        Assert.All(cluster.Silos.Concat(cluster.Gateways), process => Assert.True(process.IsRunning, $"{process.Name} ended"));
        Assert.NotEmpty((await new Chat(cluster).AskAsync(Questions[0])).Answer);

        Disturbance.Print("Redis stalled for 5 s", results);
    }

    /// <summary>A write that timed out is done all the same when Redis goes on, behind the back of the grain.</summary>
    [Fact]
    public async Task StallRedis_WhileATurnIsSaved_LaterTurnsAreSaved()
    {
        FaultCluster.SkipWithoutRedis();
        await cluster.RepairAsync();
        var (chat, twin) = (new Chat(cluster), new Chat(cluster));
        foreach (var question in Questions[..3])
            await twin.AskAsync(question);
        var expected = await twin.AskAsync(Questions[3]);

        await chat.AskAsync(Questions[0]);
        var home = cluster.Silos.Single(silo => silo.Name == chat.Silo);
        var failed = home.SaysAsync("was not saved");
        cluster.Redis.Stop();
        try
        {
            await chat.AskAsync(Questions[1]);
            await failed;
        }
        finally
        {
            cluster.Redis.Continue();
        }

        await chat.AskAsync(Questions[2]);
        await home.KillAsync();
        Assert.Equal(expected, await chat.AskAsync(Questions[3]));
        await cluster.RepairAsync();
    }
}
