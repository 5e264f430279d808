using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class SessionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly TestServer _server = shared.Server;

    [Fact]
    public async Task SecondTurn_PrefillsOnlyWhatIsNew()
    {
        var first = await _server.AskAsync(InSession("cached", Picture(Picture()), Text("What is it?")));
        var second = await _server.AskAsync(InSession("cached", Text("And its colour?")));

        Assert.True(first.Accepted.PromptTokens.Cached < first.Accepted.PromptTokens.Total); // other sessions of the tenant may begin alike
        Assert.Equal(4u, second.Accepted.PromptTokens.Image);
        Assert.InRange(second.Accepted.PromptTokens.Cached, first.Accepted.PromptTokens.Total, second.Accepted.PromptTokens.Total - 1);
        Assert.Equal(second.Accepted.PromptTokens.Cached, second.Finished.Usage.PromptTokens.Cached);
    }

    [Fact]
    public async Task SecondTurn_AfterDeactivation_IsTheSame()
    {
        Task<Answer> First(string id) => _server.AskAsync(InSession(id, Picture(Picture()), Text("What is it?")));
        Task<Answer> Second(string id) => _server.AskAsync(InSession(id, Text("And its colour?")));
        await First("kept");
        var kept = await Second("kept");
        await First("rebuilt");
        Assert.True(_server.Model.Decoder!.Status.SlotsIdle > 0);

        await DeactivateAllAsync();
        await Eventually.TrueAsync(() => _server.Model.Decoder!.Status is { SlotsIdle: 0 }, "deactivated sessions free their KV");
        var rebuilt = await Second("rebuilt");

        Assert.Equal(0u, rebuilt.Accepted.PromptTokens.Cached);
        Assert.Equal(kept.Accepted.PromptTokens.Total, rebuilt.Accepted.PromptTokens.Total);
        Assert.Equal(kept.Ids, rebuilt.Ids);
    }

    [Fact]
    public async Task Turns_EqualTheWholeConversationSentAtOnce()
    {
        var first = await _server.AskAsync(InSession("split", Text("One")));
        var second = await _server.AskAsync(InSession("split", Text("Two")));

        var whole = Ask("Two");
        whole.Messages.Insert(0, new Message { Role = Message.Types.Role.Assistant, Parts = { Text(first.Text.Trim()) } });
        whole.Messages.Insert(0, User(Text("One")));
        Assert.Equal(second.Ids, (await _server.AskAsync(whole)).Ids);
    }

    [Fact]
    public async Task SecondMessage_WhileGenerating_IsAborted()
    {
        _server.Model.Runner.Hold();
        using var call = _server.Client.Generate(InSession("busy", Text("Long story")));
        await Eventually.TrueAsync(() => _server.Model.Runner.IsWaiting, "the first message runs");

        var e = await Assert.ThrowsAsync<RpcException>(() => _server.AskAsync(InSession("busy", Text("Me too"))));

        _server.Model.Runner.Release();
        Assert.Equal(StatusCode.Aborted, e.StatusCode);
        await Answer.ReadAsync(call.ResponseStream).Within("the first message is answered");
    }

    [Fact]
    public async Task DroppedTurn_IsRolledBack()
    {
        await _server.AskAsync(InSession("dropped", Text("One")));
        var expected = await _server.AskAsync(InSession("dropped-not", Text("One")));
        expected = await _server.AskAsync(InSession("dropped-not", Text("Two")));

        _server.Model.Runner.Hold();
        _server.Model.Runner.Allow(4);
        using (var call = _server.Client.Generate(InSession("dropped", Text("Never mind"))))
            await call.ResponseStream.MoveNext(default);
        await _server.GatewayIsIdleAsync();
        _server.Model.Runner.Release();

        Assert.Equal(expected.Ids, (await _server.AskAsync(InSession("dropped", Text("Two")))).Ids);
    }

    [Fact]
    public async Task CancelledTurn_KeepsItsPartialAnswer()
    {
        var before = _server.Model.Runner.DecodeSteps;
        _server.Model.Runner.Hold();
        _server.Model.Runner.Allow(5);
        using var call = _server.Client.Generate(InSession("cancelled", Text("One")).With(r => r.RequestId = "c1"));
        var reading = Answer.ReadAsync(call.ResponseStream);
        await Eventually.TrueAsync(() => _server.Model.Runner.DecodeSteps >= before + 4, "some tokens are out");
        Assert.True((await _server.Client.CancelGenerationAsync(new CancelGenerationRequest { RequestId = "c1" })).Cancelled);
        _server.Model.Runner.Release();
        var partial = await reading.Within("the cancelled stream finishes");
        Assert.Equal(Finished.Types.Reason.Cancelled, partial.Finished.Reason);
        var second = await _server.AskAsync(InSession("cancelled", Text("Two")));

        var whole = Ask("Two");
        whole.Messages.Insert(0, new Message { Role = Message.Types.Role.Assistant, Parts = { Text(partial.Text.Trim()) } });
        whole.Messages.Insert(0, User(Text("One")));
        Assert.Equal((await _server.AskAsync(whole)).Ids, second.Ids);
    }

    private static GenerateRequest InSession(string id, params Part[] parts) => Ask(parts).With(r => r.SessionId = id);

    private Task DeactivateAllAsync() => _server.Services.GetRequiredService<IGrainFactory>()
        .GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
}
