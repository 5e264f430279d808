using System.Collections.Concurrent;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Generation;

/// <summary>Where silos push the answers that this gateway follows, and from where each piece goes to its own. Thread-safe.</summary>
internal sealed class AnswerSink(IGrainFactory grains) : IAnswerSink
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<long, AnswerFeed> _feeds = new(); // one for each answer that is followed: admission bounds them
    private IAnswerSink? _reference;
    private long _last;

    /// <summary>Raised with the address of a silo that the cluster has declared dead; by each of the others.</summary>
    public event Action<string>? Died;

    /// <summary>What silos call. Orleans itself keeps no hold on this object: the container does.</summary>
    /// <exception cref="InvalidOperationException">The gateway has not found its cluster yet.</exception>
    public IAnswerSink Reference
    {
        get
        {
            lock (_lock)
                return _reference ??= grains.CreateObjectReference<IAnswerSink>(this);
        }
    }

    /// <summary>Pieces with the feed's number go to the intake, until the feed is disposed.</summary>
    public AnswerFeed Open(AnswerIntake intake, TimeProvider time)
    {
        var feed = new AnswerFeed(intake, Interlocked.Increment(ref _last), time, Close);
        _feeds[feed.Number] = feed;
        return feed;
    }

    public Task Push(PushedAnswers pushed)
    {
        foreach (ref readonly var piece in pushed.Pieces.AsSpan())
        {
            if (_feeds.TryGetValue(piece.Reader, out var feed)) // else it ended, or was found to have a gap
                feed.Take(piece);
        }

        return Task.CompletedTask;
    }

    public Task SiloDied(string silo)
    {
        Died?.Invoke(silo);
        return Task.CompletedTask;
    }

    private void Close(AnswerFeed feed) => _feeds.TryRemove(feed.Number, out _);
}
