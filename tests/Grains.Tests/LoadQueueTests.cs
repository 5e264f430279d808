using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Silo;
using VisionCluster.Silo.Administration;

namespace VisionCluster.Grains.Tests;

public sealed class LoadQueueTests
{
    private readonly LoadQueue _queue = new(Options.Create(new SiloOptions { MaxQueuedLoads = 2 }));

    [Fact]
    public async Task Load_GoesFromQueuedOverLoadingToLoaded()
    {
        var changes = 0;
        _queue.Changed += () => changes++;

        Assert.True(_queue.TryAdd(Order("a")));
        Assert.Equal((LoadState.Queued, ""), State("a"));
        await foreach (var order in _queue.ReadAllAsync(default))
        {
            Assert.Equal("a", order.Id);
            break;
        }

        _queue.Progress("a", "Compiling");
        Assert.Equal((LoadState.Loading, "Compiling"), State("a"));
        _queue.Complete("a", "r1");
        Assert.Equal((LoadState.Loaded, "r1"), State("a"));
        Assert.Equal(3, changes);
    }

    [Fact]
    public void TryAdd_TooManyWait_IsRefusedUntilOneEnds()
    {
        Assert.True(_queue.TryAdd(Order("running")));
        Assert.True(_queue.TryAdd(Order("b")));
        Assert.True(_queue.TryAdd(Order("c")));
        Assert.False(_queue.TryAdd(Order("d")));

        _queue.Fail("running", "broken");

        Assert.Equal((LoadState.Failed, "broken"), State("running"));
        Assert.True(_queue.TryAdd(Order("d")));
    }

    [Fact]
    public void Reports_OfWhatHasEnded_AreBounded()
    {
        for (var i = 0; i < 3 * LoadQueue.MaxEnded; i++)
        {
            Assert.True(_queue.TryAdd(Order($"{i}")));
            _queue.Fail($"{i}", "no");
        }

        Assert.Equal(LoadQueue.MaxEnded, _queue.Reports.Length);
        Assert.Equal($"{(3 * LoadQueue.MaxEnded) - 1}", _queue.Reports[^1].Id);
    }

    [Fact]
    public async Task Cancel_WhatWaits_IsNotReadAndMakesRoom()
    {
        Assert.True(_queue.TryAdd(Order("running")));
        await using var orders = _queue.ReadAllAsync(default).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await orders.MoveNextAsync());
        Assert.True(_queue.TryAdd(Order("b")));
        Assert.True(_queue.TryAdd(Order("c", "other")));

        Assert.Equal(0, _queue.Cancel("nobody"));
        Assert.Equal(1, _queue.Cancel("name")); // not the one that runs

        Assert.Equal((LoadState.Failed, "It was cancelled before it began."), State("b"));
        Assert.True(_queue.TryAdd(Order("d")));
        Assert.True(await orders.MoveNextAsync());
        Assert.Equal("c", orders.Current.Id);
        Assert.True(await orders.MoveNextAsync());
        Assert.Equal("d", orders.Current.Id);
        _queue.Complete("c", "r1");
        _queue.Complete("d", "r1");
        var next = orders.MoveNextAsync();
        Assert.False(next.IsCompleted);
        Assert.True(_queue.TryAdd(Order("e")));
        Assert.True(await next);
        Assert.Equal("e", orders.Current.Id);
    }

    private static LoadOrder Order(string id, string name = "name") => new(id, "source", "/path", name, "", Replace: false, Hold: false);

    private (LoadState, string) State(string id)
    {
        var report = _queue.Reports.Single(r => r.Id == id);
        return (report.State, report.Detail);
    }
}
