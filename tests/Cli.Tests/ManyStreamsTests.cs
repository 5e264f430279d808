using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Tests;

[Collection(nameof(MeasuredCluster))]
public sealed class ManyStreamsTests(RealCluster cluster)
{
    private const int Streams = 64;
    private const int Rounds = 20;
    private const int WarmUpRounds = 5;
    private const long ManagedGrowth = 24L << 20;
    private const long ProcessGrowth = 192L << 20;

    [Fact]
    public async Task Generate_64StreamsWithPictures20Rounds_EqualAloneAndNothingLeaks()
    {
        var requests = Enumerable.Range(0, Streams).Select(Request).ToArray();
        var alone = new List<RealAnswer>();
        foreach (var request in requests)
        {
            alone.Add(await cluster.AnswerAsync(request));
        }

        var (managed, process) = (0L, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var together = await Task.WhenAll(requests.Select(cluster.AnswerAsync));
            for (var i = 0; i < Streams; i++)
            {
                Assert.Equal((round, i, alone[i].Text), (round, i, together[i].Text));
                Assert.Equal(alone[i].Ids, together[i].Ids);
            }

            await cluster.SlotsAreFreeAsync();
            if (round == WarmUpRounds - 1)
            {
                (managed, process) = Memory();
            }
        }

        var (managedAfter, processAfter) = Memory();
        Assert.True(managedAfter - managed < ManagedGrowth, $"Managed memory grew from {managed} to {managedAfter} bytes.");
        Assert.True(processAfter - process < ProcessGrowth, $"Process memory grew from {process} to {processAfter} bytes.");
    }

    /// <summary>Pictures, questions and lengths differ from stream to stream; every fourth one samples.</summary>
    private static GenerateRequest Request(int i)
    {
        string[] pictures = ["red-apple.png", "rocket.png", "elephant.png", "automobile.png", "guitar.png", "sunflower.png", "watermelon.png", "butterfly.png"];
        string[] questions = ["What is this?", "Describe this image.", "What color is it?"];
        var request = RealCluster.Ask(questions[i % questions.Length], RealCluster.Picture(pictures[i % pictures.Length]));
        request.Stopping = new Stopping { MaxTokens = (uint)(4 + (i % 13)), IgnoreEos = i % 5 == 0 };
        if (i % 4 == 3)
        {
            request.Sampling = new Sampling { Temperature = 0.9f, TopK = 20, Seed = (ulong)i };
        }

        return request;
    }

    private static (long Managed, long Process) Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }
}
