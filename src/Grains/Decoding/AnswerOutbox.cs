using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Diagnostics;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Pieces on their way to one gateway. An idle one sends at once, and what comes while it does, or before a thread is free for it, shares
/// the next message: nobody waits for company, and the busier the silo, the more answers go in one message. Thread-safe.
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

    /// <returns>False when it is full.</returns>
    public bool TryAdd(in AnswerPiece piece)
    {
        lock (_lock)
        {
            if (_waiting.Count >= Capacity)
                return false;
            _waiting.Add(piece);
            if (_sending)
                return true;
            _sending = true;
        }

        // Behind the turns of other grains that the same step of the engine has woken: they add theirs first.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    void IThreadPoolWorkItem.Execute()
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
