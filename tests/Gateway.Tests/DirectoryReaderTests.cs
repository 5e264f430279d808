using Microsoft.Extensions.Time.Testing;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests;

public sealed class DirectoryReaderTests
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);

    private readonly FakeTimeProvider _time = new();
    private readonly List<TaskCompletionSource<DirectoryView>> _calls = [];
    private readonly DirectoryReader _reader;

    public DirectoryReaderTests() => _reader = new DirectoryReader(Ask, _time);

    [Fact]
    public async Task Answer_InTime_OneCallIsMade()
    {
        var reading = _reader.ReadAsync();
        _calls[0].SetResult(DirectoryView.Empty);

        Assert.Same(DirectoryView.Empty, await reading);
        Assert.Single(_calls);
    }

    [Theory]
    [InlineData(0)] // late, but first
    [InlineData(1)]
    public async Task NoAnswer_AnotherCallIsMade_TheFirstAnswerCounts(int quicker)
    {
        var reading = _reader.ReadAsync();
        await AfterAsync(calls: 2);
        _calls[quicker].SetResult(DirectoryView.Empty);

        Assert.Same(DirectoryView.Empty, await reading);
        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public async Task Error_AnotherCallIsMadeAtOnce()
    {
        var reading = _reader.ReadAsync();
        _calls[0].SetException(new TimeoutException("lost"));
        await Eventually.TrueAsync(() => _calls.Count == 2, "it is asked again");
        _calls[1].SetResult(DirectoryView.Empty);

        Assert.Same(DirectoryView.Empty, await reading);
    }

    [Fact]
    public async Task NoAnswerAtAll_EndsWithTheLastError()
    {
        var reading = _reader.ReadAsync();
        for (var calls = 2; calls <= 8; calls++)
            await AfterAsync(calls);
        foreach (var call in _calls)
            call.SetException(new TimeoutException("lost"));

        await Assert.ThrowsAsync<TimeoutException>(() => reading);
        Assert.Equal(8, _calls.Count);
    }

    private Task<DirectoryView> Ask()
    {
        _calls.Add(new TaskCompletionSource<DirectoryView>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _calls[^1].Task;
    }

    private async Task AfterAsync(int calls)
    {
        _time.Advance(AskAgain);
        await Eventually.TrueAsync(() => _calls.Count == calls, $"call {calls} is made");
    }
}
