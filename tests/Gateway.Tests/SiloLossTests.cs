using Microsoft.Extensions.Time.Testing;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests;

public sealed class SiloLossTests
{
    private readonly SiloLoss _loss = new();
    private readonly TaskCompletionSource<int> _call = new();

    public SiloLossTests() => _loss.Update(["a", "b"]);

    [Fact]
    public async Task Wait_SiloDies_EndsAtOnce()
    {
        var waiting = _loss.WaitAsync(_call.Task, "a", CancellationToken.None);

        _loss.Update(["b"]);

        await Assert.ThrowsAsync<SiloLostException>(() => waiting);
    }

    [Fact]
    public async Task Wait_AnotherSiloDies_ItMayHaveHadTheCall()
    {
        var waiting = _loss.WaitAsync(_call.Task, "a", CancellationToken.None);

        _loss.Update(["a"]);

        await Assert.ThrowsAsync<WayLostException>(() => waiting);
    }

    [Fact]
    public async Task Wait_AnotherSiloComes_GoesOn()
    {
        var waiting = _loss.WaitAsync(_call.Task, "a", CancellationToken.None);

        _loss.Update(["a", "b", "c"]);
        _call.SetResult(7);

        Assert.Equal(7, await waiting);
    }

    [Fact]
    public async Task Wait_NoAnswerWithinTheLimit_Ends()
    {
        var time = new FakeTimeProvider();
        var waiting = _loss.WaitAsync(_call.Task, _loss.Of("a"), TimeSpan.FromSeconds(2), time, CancellationToken.None);

        time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
    }

    [Fact]
    public async Task Wait_SiloWasDeadBefore_GoesToWhereItIsNow()
    {
        var lost = _loss.Of("a");
        _loss.Update(["b"]);
        var waiting = _loss.WaitAsync(_call.Task, lost, TimeSpan.FromSeconds(2), new FakeTimeProvider(), CancellationToken.None);

        _call.SetResult(7);

        Assert.Equal(7, await waiting);
    }

    [Fact]
    public async Task Wait_CallerLeaves_IsCancelled()
    {
        using var caller = new CancellationTokenSource();
        var waiting = _loss.WaitAsync(_call.Task, "a", caller.Token);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
