using System.Runtime.ExceptionServices;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Brings what steps generate to a turn's log, on the thread on which the engine lets all answers of a step be read: a grain's own turn for
/// each of them would cost more than the rest of a token's way. Thread-safe.
/// </summary>
/// <param name="turn">Whose log is written.</param>
/// <param name="generation">Of the turn.</param>
/// <param name="host">Its model.</param>
internal sealed class TurnWriter(Turn turn, Generation generation, IModelHost host)
{
    private readonly Lock _lock = new();
    private Exception? _failure;

    /// <summary>What a step has brought; <see cref="AnswerPublisher.Stepped"/> sends it.</summary>
    public void Step()
    {
        try
        {
            Write(more: true);
        }
        catch (Exception e)
        {
            lock (_lock)
                _failure ??= e;
            generation.Cancel();
        }
    }

    /// <summary>What is there outside of a step.</summary>
    /// <exception cref="Exception">A token could not be written, now or in a step.</exception>
    public void Rest()
    {
        lock (_lock)
        {
            if (_failure is { } failure)
                ExceptionDispatchInfo.Throw(failure);
        }

        Write(more: false);
    }

    private void Write(bool more)
    {
        lock (_lock)
        {
            var isNew = false;
            while (generation.Updates.TryRead(out var update))
            {
                turn.Log.Append(EngineMapping.ToToken(update, host));
                isNew = true;
            }

            if (!isNew)
                return;
            turn.Log.Flush(more);
            turn.Keeper?.Grew(turn.Log);
        }
    }
}
