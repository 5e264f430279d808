using System.Collections.Concurrent;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Fakes;

/// <summary>Notes what it is pushed; a message can be held while it is being sent.</summary>
internal sealed class HeldSink : IAnswerSink
{
    private readonly Lock _lock = new();
    private readonly List<AnswerPiece[]> _messages = [];
    private readonly SemaphoreSlim _permits = new(0);
    private readonly TaskCompletionSource _sending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _held;

    /// <summary>Thrown by the next message, which is lost.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Completes with the first message.</summary>
    public Task Sending => _sending.Task;

    public IReadOnlyList<AnswerPiece[]> Messages
    {
        get
        {
            lock (_lock)
                return [.. _messages];
        }
    }

    public IReadOnlyList<AnswerPiece> Pieces => [.. Messages.SelectMany(pieces => pieces)];

    /// <summary>Silos that it was told are dead.</summary>
    public ConcurrentQueue<string> Dead { get; } = new();

    public void Hold() => _held = true;

    public void Release()
    {
        _held = false;
        _permits.Release();
    }

    public Task Push(PushedAnswers pushed)
    {
        _sending.TrySetResult();
        if (_held)
            _permits.Wait();
        if (Failure is { } failure)
        {
            Failure = null;
            throw failure;
        }

        lock (_lock)
            _messages.Add(pushed.Pieces);
        return Task.CompletedTask;
    }

    public Task SiloDied(string silo)
    {
        Dead.Enqueue(silo);
        return Task.CompletedTask;
    }
}
