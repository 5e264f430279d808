using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class ManyStreamsTests
{
    private const int Streams = 64;

    [Fact]
    public async Task Generate_64AtOnce_EqualTheSameAlone()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost(slots: 16));
        string[] pictures = ["red-apple", "guitar", "rocket", "sunflower", "elephant", "butterfly", "watermelon", "automobile"];
        var requests = Enumerable.Range(0, Streams)
            .Select(i => Ask(Picture(Picture(pictures[i % pictures.Length])), Text($"Question {i}?")).With(r =>
            {
                r.Stopping.MaxTokens = 24;
                r.Sampling = new Sampling { Temperature = i % 2, Seed = (ulong)i };
            }))
            .ToList();
        var alone = new List<Answer>();
        foreach (var request in requests)
            alone.Add(await server.AskAsync(request));

        for (var round = 0; round < 3; round++)
        {
            var together = await Task.WhenAll(requests.Select(r => server.AskAsync(r)));
            Assert.All(together.Zip(alone), pair => Assert.Equal(pair.Second.Ids, pair.First.Ids));
        }

        await server.SlotsAreFreeAsync();
        Assert.Equal(16, server.Model.Decoder!.Status.SlotsFree);
        Assert.Equal(pictures.Length, server.Model.Encodes);
        await server.RunningAsync(0);
    }
}
