using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class ResumeTests
{
    private const int Before = 7; // tokens before the connection breaks

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    public async Task Resume_AfterTheConnectionBroke_GetsTheRest(string session)
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost());
        var request = Ask(Picture(Picture()), Text("On")).With(r =>
        {
            (r.RequestId, r.SessionId, r.ResumeWindowMs) = ("r", session, 30_000);
            r.Sampling = new Sampling { Temperature = 2, Seed = 5 };
            r.Stopping.MaxTokens = 40;
        });
        var expected = await server.AskAsync(request.With(r => (r.RequestId, r.SessionId) = ("twin", "")));
        var got = await BreakAsync(server, request);

        using var call = server.Client.ResumeGeneration(new ResumeGenerationRequest
        {
            RequestId = "r",
            SessionId = session,
            NextIndex = (uint)got.Count,
        });
        server.Model.Runner.Release();
        var (accepted, tokens, finished) = await RestAsync(call).Within("the rest arrives");

        Assert.Equal(expected.Ids, got.Concat(tokens).Select(t => t.Id));
        Assert.Equal(Enumerable.Range(0, 40), got.Concat(tokens).Select(t => (int)t.Index));
        Assert.Equal(expected.Text, string.Concat(got.Concat(tokens).Select(t => t.Text)) + finished.Text);
        Assert.Equal((5ul, expected.Accepted.PromptTokens.Total), (accepted.Seed, accepted.PromptTokens.Total));
        Assert.Equal(expected.Accepted.ImageKeys, accepted.ImageKeys);
        Assert.Equal(40u, finished.Usage.GeneratedTokens);
        await server.SlotsAreFreeAsync();
    }

    [Fact]
    public async Task Resume_WithoutWindow_TheBreakCancelled()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost());
        await BreakAsync(server, Ask("On").With(r => (r.RequestId, r.Stopping.MaxTokens) = ("r", 40)));
        await server.GatewayIsIdleAsync();
        await server.SlotsAreFreeAsync();

        var e = await Assert.ThrowsAsync<RpcException>(
            () => RestAsync(server.Client.ResumeGeneration(new ResumeGenerationRequest { RequestId = "r" })).Within("the call ends"));

        Assert.Equal(StatusCode.NotFound, e.StatusCode);
        Assert.Contains("send the request again", e.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "request_id")]
    [InlineData("no/slash", "", "request_id")]
    [InlineData("r", "no/slash", "session_id")]
    public async Task Resume_BadRequest_NamesTheField(string requestId, string sessionId, string field)
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost());

        var e = await Assert.ThrowsAsync<RpcException>(() => RestAsync(
            server.Client.ResumeGeneration(new ResumeGenerationRequest { RequestId = requestId, SessionId = sessionId })).Within("the call ends"));

        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
        Assert.StartsWith(field, e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_ResumeWindowTooLong_IsRefused()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost());
        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(Ask("On").With(r => r.ResumeWindowMs = 60_001)));
        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
        Assert.StartsWith("resume_window_ms", e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_DeviceFailsInTheMiddle_GoesOn()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost());
        var request = Ask("On").With(r => r.Stopping.MaxTokens = 40);
        var expected = await server.AskAsync(request);
        server.Model.Runner.Hold();
        server.Model.Runner.Allow(Before);
        var asking = server.AskAsync(request);
        await Eventually.TrueAsync(() => server.Model.Runner.IsWaiting, "the generation is in its middle");

        server.Model.Runner.Failure = new InvalidOperationException("A hiccup.");
        server.Model.Runner.Release();

        Assert.Equal(expected.Ids, (await asking).Ids);
    }

    [Fact]
    public async Task Generate_EveryDeviceItRunsOnFails_IsGivenUp()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost());
        server.Model.Runner.FailAlways = true;

        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(Ask("Poison")));

        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
        Assert.Equal(2, server.Model.Runner.FailedRuns);
    }

    /// <summary>Reads some tokens, then hangs up while the engine waits.</summary>
    private static async Task<List<Token>> BreakAsync(TestServer server, GenerateRequest request)
    {
        server.Model.Runner.Hold();
        server.Model.Runner.Allow(Before);
        using var call = server.Client.Generate(request);
        var tokens = new List<Token>();
        while (tokens.Count < Before && await call.ResponseStream.MoveNext(default).Within("a token comes"))
        {
            if (call.ResponseStream.Current.Token is { } token)
                tokens.Add(token);
        }

        return tokens;
    }

    private static async Task<(Accepted Accepted, List<Token> Tokens, Finished Finished)> RestAsync(
        AsyncServerStreamingCall<GenerateResponse> call)
    {
        var (accepted, tokens, finished) = (new Accepted(), new List<Token>(), new Finished());
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            accepted = response.Accepted ?? accepted;
            finished = response.Finished ?? finished;
            if (response.Token is { } token)
                tokens.Add(token);
        }

        return (accepted, tokens, finished);
    }
}
