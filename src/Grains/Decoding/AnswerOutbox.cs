using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Diagnostics;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Pieces on their way to one gateway. What a step of an engine has brought goes in one message; the rest is sent at once, and what comes
/// while it is, or before a thread is free for it, shares the next message. Thread-safe.
/// </summary>
internal sealed class AnswerOutbox(IAnswerSink sink, GrainMetrics metrics, ILogger logger) : IThreadPoolWorkItem
{
    /// <summary>Pieces of one message: with twenty alternatives a token still below a megabyte.</summary>
    internal const int MaxPieces = 1_024;

    /// <summary>Pieces that wait. Beyond it they are not taken: logs have them.</summary>
    internal const int Capacity = 16 * MaxPieces;

    private readonly Lock _lock = new();
    private readonly List<AnswerPiece> _waiting = [];
    private bool _sending;

    /// <param name="piece">Of an answer.</param>
    /// <param name="more">Others follow, and then a call to <see cref="Send"/>.</param>
    /// <returns>False when it is full.</returns>
    public bool TryAdd(in AnswerPiece piece, bool more = false)
    {
        lock (_lock)
        {
            if (_waiting.Count >= Capacity)
                return false;
            _waiting.Add(piece);
            if (_sending || more)
                return true;
            _sending = true;
        }

        // Behind the turns of other grains that the same step of the engine has woken: they add theirs first.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Sends what there is on this thread, unless another one does.</summary>
    public void Send()
    {
        lock (_lock)
        {
            if (_sending || _waiting.Count == 0)
                return;
            _sending = true;
        }

        SendAll();
    }

    void IThreadPoolWorkItem.Execute() => SendAll();

    private void SendAll()
    {
        while (Take() is { } pieces)
        {
            try
            {
                sink.Push(new PushedAnswers(pieces)).Ignore();
                metrics.Pushed(pieces.Length);
            }
            catch (Exception e)
            {
                logger.NotPushed(e);
            }
        }
    }

    private AnswerPiece[]? Take()
    {
        lock (_lock)
        {
            var count = Math.Min(_waiting.Count, MaxPieces);
            if (count == 0)
            {
                _sending = false;
                return null;
            }

            var pieces = new AnswerPiece[count];
            _waiting.CopyTo(0, pieces, 0, count);
            _waiting.RemoveRange(0, count);
            return pieces;
        }
    }
}
