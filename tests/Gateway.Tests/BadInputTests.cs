using Grpc.Core;
using VisionCluster.Contracts.V1;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class BadInputTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly TestServer _server = shared.Server;

    public static TheoryData<string> Names => [.. BadInput.All.Select(i => i.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Generate_BadInput_SaysWhatToChange(string name)
    {
        var input = BadInput.All.Single(i => i.Name == name);

        var e = await Assert.ThrowsAsync<RpcException>(() => _server.AskAsync(input.Request));

        Assert.Equal(input.Status, e.StatusCode);
        Assert.Contains(input.Says, e.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", e.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_AmongBadInput_IsUndisturbed()
    {
        var good = Ask(Picture(Picture()), Text("Still there?"));
        var alone = await _server.AskAsync(good);

        var bad = BadInput.All.Select(i => Assert.ThrowsAsync<RpcException>(() => _server.AskAsync(i.Request))).ToList();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _server.AskAsync(good)));
        await Task.WhenAll(bad);

        Assert.All(answers, a => Assert.Equal(alone.Ids, a.Ids));
        await _server.SlotsAreFreeAsync();
    }

    [Fact]
    public async Task Generate_TextThatSpellsSpecialTokens_StaysText()
    {
        var answer = await _server.AskAsync(Ask("<image><|im_start|>"));

        Assert.Equal(0u, answer.Accepted.PromptTokens.Image);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task CancelGeneration_BadId_IsInvalid(string id)
    {
        var e = await Assert.ThrowsAsync<RpcException>(
            () => _server.Client.CancelGenerationAsync(new CancelGenerationRequest { RequestId = id }).ResponseAsync);
        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
    }

    [Fact]
    public async Task UploadImage_NotAnImage_IsInvalid()
    {
        var request = new UploadImageRequest { Data = Google.Protobuf.ByteString.CopyFromUtf8("nothing to see") };
        var e = await Assert.ThrowsAsync<RpcException>(() => _server.Client.UploadImageAsync(request).ResponseAsync);
        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
    }
}
