using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class GenerateTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly TestServer _server = shared.Server;

    [Fact]
    public async Task Generate_PictureAndText_StreamsAcceptedTokensFinished()
    {
        var answer = await _server.AskAsync(Ask(Picture(Picture()), Text("What is it?")));

        Assert.Equal(12, answer.Tokens.Count);
        Assert.NotEmpty(answer.Text);
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
        var before = _server.Model.Encodes;
        var first = await _server.AskAsync(Ask(Picture(Picture("guitar")), Text("Hm?")));
        var byBytes = await _server.AskAsync(Ask(Picture(Picture("guitar")), Text("Hm?")));
        var byKey = await _server.AskAsync(Ask(PictureKey(first.Accepted.ImageKeys[0]), Text("Hm?")));
        var byUri = await _server.AskAsync(Ask(
            new Part { Image = new Image { Url = "data:image/png;base64," + Convert.ToBase64String(Picture("guitar")) } }, Text("Hm?")));

        Assert.Equal(first.Ids, byBytes.Ids);
        Assert.Equal(first.Ids, byKey.Ids);
        Assert.Equal(first.Ids, byUri.Ids);
        Assert.Equal((0u, 1u), (byKey.Finished.Usage.ImagesEncoded, byKey.Finished.Usage.ImagesCached));
        Assert.Equal(before + 1, _server.Model.Encodes);
    }

    [Fact]
    public async Task Generate_SamePictureTwiceInOneRequest_IsEncodedOnce()
    {
        var answer = await _server.AskAsync(Ask(Picture(Picture("rocket")), Text("or"), Picture(Picture("rocket"))));

        Assert.Equal(8u, answer.Accepted.PromptTokens.Image);
        Assert.Equal((1u, 1u), (answer.Finished.Usage.ImagesEncoded, answer.Finished.Usage.ImagesCached));
        Assert.Equal(answer.Accepted.ImageKeys[0], answer.Accepted.ImageKeys[1]);
    }

    [Fact]
    public async Task Generate_UploadedPicture_EqualsItsBytes()
    {
        var file = Picture("sunflower");
        var upload = await _server.Client.UploadImageAsync(new UploadImageRequest { Data = Google.Protobuf.ByteString.CopyFrom(file) });
        Assert.Equal("png", upload.Format);
        Assert.True(upload is { Width: > 0, Height: > 0 });

        var byKey = await _server.AskAsync(Ask(PictureKey(upload.Key), Text("?")));
        var byBytes = await _server.AskAsync(Ask(Picture(file), Text("?")));

        Assert.Equal(upload.Key, byBytes.Accepted.ImageKeys[0]);
        Assert.Equal(byBytes.Ids, byKey.Ids);
    }

    [Fact]
    public async Task Generate_SplitOption_ChangesTheKey()
    {
        var whole = await _server.AskAsync(Ask(Picture(Picture("elephant"))));
        var splitRequest = Ask(Picture(Picture("elephant"))).With(r => r.ImageOptions = new ImageOptions { Split = true });
        var split = await _server.AskAsync(splitRequest);
        var splitByKey = await _server.AskAsync(
            Ask(PictureKey(whole.Accepted.ImageKeys[0])).With(r => r.ImageOptions = new ImageOptions { Split = true }));

        Assert.NotEqual(whole.Accepted.ImageKeys, split.Accepted.ImageKeys);
        Assert.NotEqual(whole.Ids, split.Ids);
        Assert.Equal(split.Accepted.ImageKeys, splitByKey.Accepted.ImageKeys);
        Assert.Equal(split.Ids, splitByKey.Ids);
    }

    [Fact]
    public async Task Generate_SameSeed_SameAnswer()
    {
        var request = Ask("Surprise me").With(r => r.Sampling = new Sampling { Temperature = 4 });
        var first = await _server.AskAsync(request);
        var again = await _server.AskAsync(request.With(r => r.Sampling.Seed = first.Accepted.Seed));
        var other = await _server.AskAsync(request.With(r => r.Sampling.Seed = first.Accepted.Seed + 1));

        Assert.Equal(first.Ids, again.Ids);
        Assert.NotEqual(first.Ids, other.Ids);
    }

    [Fact]
    public async Task Generate_LogProbs_ReportsTopAlternatives()
    {
        var answer = await _server.AskAsync(Ask("Hm").With(r => r.LogProbs = new LogProbs { Enabled = true, Top = 3 }));

        foreach (var token in answer.Tokens)
        {
            Assert.True(token.HasLogProb && token.LogProb <= 0);
            Assert.Equal(3, token.Top.Count);
            Assert.Equal(token.Id, token.Top[0].Id);
            Assert.Equal(token.LogProb, token.Top[0].LogProb);
        }
    }

    [Fact]
    public async Task Generate_StopString_EndsBeforeIt()
    {
        var plain = await _server.AskAsync(Ask("Stop where?"));
        var stop = plain.Text.Substring(4, 2);
        var stopped = await _server.AskAsync(Ask("Stop where?").With(r => r.Stopping.Stop.Add(stop)));

        Assert.Equal(Finished.Types.Reason.Stop, stopped.Finished.Reason);
        Assert.Equal(stop, stopped.Finished.Stop);
        Assert.Equal(plain.Text[..plain.Text.IndexOf(stop, StringComparison.Ordinal)], stopped.Text);
    }

    [Fact]
    public async Task Generate_NoMaxTokens_FillsTheContext()
    {
        var answer = await _server.AskAsync(Ask("On and on").With(r => r.Stopping.MaxTokens = 0));

        Assert.Equal(Finished.Types.Reason.Length, answer.Finished.Reason);
        Assert.Equal((uint)_server.Model.ContextTokens, answer.Accepted.PromptTokens.Total + answer.Finished.Usage.GeneratedTokens);
    }

    [Fact]
    public async Task Generate_RequestIdInUse_AlreadyExists()
    {
        _server.Model.Runner.Hold();
        try
        {
            using var first = _server.Client.Generate(Ask("one").With(r => r.RequestId = "twin"));
            await Eventually.TrueAsync(() => _server.Model.Runner.IsWaiting, "the first twin runs");
            var e = await Assert.ThrowsAsync<RpcException>(() => _server.AskAsync(Ask("two").With(r => r.RequestId = "twin")));
            Assert.Equal(StatusCode.AlreadyExists, e.StatusCode);
        }
        finally
        {
            _server.Model.Runner.Release();
        }

        await _server.SlotsAreFreeAsync();
    }

    [Fact]
    public async Task ListModelsAndServerInfo_DescribeTheCluster()
    {
        var model = Assert.Single((await _server.Client.ListModelsAsync(new ListModelsRequest())).Models);
        Assert.Equal(("fake", "r1", "fake", true, 512u), (model.Name, model.Revision, model.Family, model.IsDefault, model.ContextTokens));
        var device = Assert.Single(model.Devices);
        Assert.EndsWith("/cpu:0", device.Id);
        Assert.Equal(("cpu", 8u), (device.Kind, device.KvSlots));

        var info = await _server.Client.GetServerInfoAsync(new GetServerInfoRequest());
        Assert.Equal("fake", info.DefaultModel);
        Assert.Equal(32u, info.Limits.MaxImages);
    }
}
