using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

/// <summary>Every way to stop a generation frees its slot within one decode step.</summary>
public sealed class CancelTests(SharedServer shared) : IClassFixture<SharedServer>, IAsyncDisposable
{
    private const int Runs = 5; // one prefill and four decode steps
    private readonly TestServer _server = shared.Server;

    public ValueTask DisposeAsync()
    {
        _server.Model.Runner.Release();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task CancelGeneration_EndsStreamAsCancelled()
    {
        var (call, steps) = await StartLongAsync(r => r.RequestId = "cancel-me");
        using (call)
        {
            var reading = Answer.ReadAsync(call.ResponseStream);
            var reply = await _server.Client.CancelGenerationAsync(new CancelGenerationRequest { RequestId = "cancel-me" });
            Assert.True(reply.Cancelled);
            await FreedWithinOneStepAsync(steps);

            var answer = await reading.Within("the stream finishes");
            Assert.Equal(Finished.Types.Reason.Cancelled, answer.Finished.Reason);
            Assert.InRange(answer.Tokens.Count, Runs - 1, Runs + 1);
        }

        var again = await _server.Client.CancelGenerationAsync(new CancelGenerationRequest { RequestId = "cancel-me" });
        Assert.False(again.Cancelled);
    }

    [Fact]
    public async Task DisposedCall_FreesItsSlot()
    {
        var (call, steps) = await StartLongAsync();
        call.Dispose();
        await _server.GatewayIsIdleAsync(keepsEngine: true);
        await FreedWithinOneStepAsync(steps);
    }

    [Fact]
    public async Task DeadlineInRequest_EndsCallWithItsStatus()
    {
        var (call, steps) = await StartLongAsync(r => r.DeadlineMs = 3_000);
        using (call)
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => DrainAsync(call).Within("the deadline ends the call"));
            Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
            Assert.Contains("deadline", e.Status.Detail, StringComparison.OrdinalIgnoreCase);
        }

        await FreedWithinOneStepAsync(steps);
    }

    [Fact]
    public async Task DeadlineOfCall_FreesItsSlot()
    {
        var (call, steps) = await StartLongAsync(deadline: DateTime.UtcNow.AddSeconds(3));
        using (call)
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => DrainAsync(call).Within("the deadline ends the call"));
            Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        }

        await _server.GatewayIsIdleAsync(keepsEngine: true);
        await FreedWithinOneStepAsync(steps);
    }

    [Fact]
    public async Task CancelGeneration_WhileEncoding_EndsStreamAsCancelled()
    {
        _server.Model.HoldEncodes();
        var before = _server.Model.Encodes;
        using var call = _server.Client.Generate(Ask(Picture(Picture("butterfly"))).With(r => r.RequestId = "early"));
        var reading = Answer.ReadAsync(call.ResponseStream);
        await Eventually.TrueAsync(() => _server.Model.Encodes > before, "the picture is being encoded");

        Assert.True((await _server.Client.CancelGenerationAsync(new CancelGenerationRequest { RequestId = "early" })).Cancelled);

        Assert.Equal(Finished.Types.Reason.Cancelled, (await reading.Within("the stream finishes")).Finished.Reason);
        _server.Model.ReleaseEncodes();
        await _server.SlotsAreFreeAsync();
    }

    private static async Task DrainAsync(AsyncServerStreamingCall<GenerateResponse> call)
    {
        while (await call.ResponseStream.MoveNext(default))
        {
        }
    }

    /// <summary>A generation that waits in front of a decode step.</summary>
    private async Task<(AsyncServerStreamingCall<GenerateResponse> Call, long Steps)> StartLongAsync(
        Action<GenerateRequest>? change = null, DateTime? deadline = null)
    {
        await _server.SlotsAreFreeAsync();
        var before = _server.Model.Runner.DecodeSteps;
        _server.Model.Runner.Hold();
        _server.Model.Runner.Allow(Runs);
        var request = Ask("A long story").With(r => r.Stopping.MaxTokens = 400).With(r => change?.Invoke(r));
        while (true)
        {
            var call = _server.Client.Generate(request, deadline: deadline);
            await Eventually.TrueAsync(
                () => _server.Model.Runner.DecodeSteps == before + Runs - 1 || IsRefused(call), "the generation runs, or is refused");
            if (!IsRefused(call))
                return (call, before + Runs - 1);
            call.Dispose(); // the gateway still counts with the device that an earlier test held: clients try again
        }
    }

    private static bool IsRefused(AsyncServerStreamingCall<GenerateResponse> call)
    {
        try
        {
            return call.GetStatus().StatusCode == StatusCode.ResourceExhausted;
        }
        catch (InvalidOperationException)
        {
            return false; // it goes on
        }
    }

    private async Task FreedWithinOneStepAsync(long steps)
    {
        _server.Model.Runner.Release();
        await _server.SlotsAreFreeAsync();
        Assert.InRange(_server.Model.Runner.DecodeSteps, steps, steps + 1);
    }
}
