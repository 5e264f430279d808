using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class GenerateTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(new FakeModelHost());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Generate_PictureAndText_StreamsAcceptedTokensFinished()
    {
        var answer = await _server.AskAsync(Ask(Picture(Picture()), Text("What is it?")));

        Assert.Equal(12, answer.Tokens.Count);
        Assert.Equal(12, answer.Text.Length);
        Assert.Equal(Finished.Types.Reason.Length, answer.Finished.Reason);
        Assert.Equal(4u, answer.Accepted.PromptTokens.Image);
        Assert.Equal(answer.Accepted.PromptTokens.Total, answer.Accepted.PromptTokens.Text + answer.Accepted.PromptTokens.Image);
        Assert.Matches("^[0-9a-f]{64}$", Assert.Single(answer.Accepted.ImageKeys));
        Assert.NotEmpty(answer.Accepted.RequestId);
        Assert.Equal(("fake", "r1"), (answer.Accepted.Model, answer.Accepted.ModelRevision));
        Assert.Equal((1u, 0u), (answer.Finished.Usage.ImagesEncoded, answer.Finished.Usage.ImagesCached));
        Assert.True(answer.Finished.Timings.TotalMs >= answer.Finished.Timings.FirstTokenMs);
        await _server.SlotsAreFreeAsync();
    }

    [Fact]
    public async Task Generate_SamePictureAgain_IsNotEncodedAgain()
    {
        var first = await _server.AskAsync(Ask(Picture(Picture()), Text("Hm?")));
        var byBytes = await _server.AskAsync(Ask(Picture(Picture()), Text("Hm?")));
        var byKey = await _server.AskAsync(Ask(PictureKey(first.Accepted.ImageKeys[0]), Text("Hm?")));

        Assert.Equal(first.Ids, byBytes.Ids);
        Assert.Equal(first.Ids, byKey.Ids);
        Assert.Equal((0u, 1u), (byKey.Finished.Usage.ImagesEncoded, byKey.Finished.Usage.ImagesCached));
        Assert.Equal(1, _server.Model.Encodes);
    }
}
