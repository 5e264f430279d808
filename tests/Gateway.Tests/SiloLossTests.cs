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

        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
    }

    [Fact]
    public async Task Wait_AnotherSiloDies_GoesOn()
    {
        var waiting = _loss.WaitAsync(_call.Task, "a", CancellationToken.None);

        _loss.Update(["a"]);
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
