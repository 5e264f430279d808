using VisionCluster.Inference.Diagnostics;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Makes room for what runs next: a slot for who waits, memory for rows and a chunk, rows in slots 0..n−1. If need be it takes the KV of others, who
/// wait then. On the engine's thread.
/// </summary>
/// <param name="runner">The device.</param>
/// <param name="kv">Its memory.</param>
/// <param name="scheduler">Who runs and who waits.</param>
/// <param name="chunks">How long chunks may be.</param>
/// <param name="inbox">Where those who wait are counted.</param>
/// <param name="metrics">Counts.</param>
/// <param name="end">Ends a sequence whose KV is lost.</param>
internal sealed class BatchArranger(
    IDecoderRunner runner,
    KvCache kv,
    DecodeScheduler scheduler,
    ChunkPlanner chunks,
    DecodeInbox inbox,
    InferenceMetrics metrics,
    Action<SequenceState, FinishReason, Exception?> end)
{
    /// <summary>Room for a waiting sequence, if need be that of running ones of lower priority.</summary>
    public bool TryMakeRoom(SequenceState sequence)
    {
        while (!kv.HasRoomFor(sequence))
        {
            if (scheduler.Victim() is not { } victim || victim.Request.Priority >= sequence.Request.Priority)
                return false;
            Preempt(victim);
        }
        return true;
    }

    /// <summary>What fits into memory now: rows come first, and either may preempt the other.</summary>
    public Batch Arrange(SequenceState? prompt, bool withRows)
    {
        while (true)
        {
            var rows = withRows ? PackRows() : 0;
            if (prompt is null || prompt.Kv.Sequence != prompt)
                return new Batch(rows, 0);
            var past = prompt.Kv.Tokens;
            var left = prompt.PrefillTokens - past;
            var tokens = Math.Min(chunks.Tokens(scheduler.DecodingCount), left);
            if (tokens == 0)
                return new Batch(rows, 0);
            // No crumb may be left over for a last chunk.
            if (left > tokens && left - tokens < runner.MinExactChunk && tokens >= 2 * runner.MinExactChunk)
                tokens = left - runner.MinExactChunk;
            var hasRoom = TryGrow(prompt, past + tokens);
            if (!withRows || kv.DecodeCount == rows)
                return new Batch(rows, hasRoom ? tokens : 0);
        }
    }

    /// <summary>Brings the decoding rows into slots 0..n−1. A move that fails ends the sequences at both of its ends.</summary>
    public void Pack()
    {
        while (kv.TryNextMove(out var move))
        {
            var row = kv[move.Source]!;
            var displaced = kv[move.Destination];
            try
            {
                kv.Move(move);
            }
            catch (Exception exception)
            {
                metrics.DeviceFailed();
                end(row.Sequence!, FinishReason.Error, exception);
                if (displaced?.Sequence is { } sequence)
                    end(sequence, FinishReason.Error, exception);
                else if (displaced is not null)
                    kv.Release(displaced);
            }
        }
    }

    /// <summary>Frees an entry's slot; what could not be saved is lost, no more.</summary>
    public void Evict(KvEntry entry)
    {
        try
        {
            kv.Evict(entry);
        }
        catch (Exception)
        {
            metrics.DeviceFailed();
            kv.Release(entry);
        }
    }

    /// <summary>Memory for a running sequence's first tokens, if need be that of the newest of the lowest priority, which may be its own.</summary>
    private bool TryGrow(SequenceState sequence, int tokens)
    {
        while (!kv.TryReserve(sequence.Kv, tokens))
        {
            var victim = scheduler.Victim()!;
            Preempt(victim);
            if (victim == sequence)
                return false;
        }
        return true;
    }

    /// <summary>Takes a running sequence's KV; it waits, and prefills its prompt again and what is known of its answer.</summary>
    private void Preempt(SequenceState sequence)
    {
        scheduler.Preempt(sequence);
        Evict(sequence.Kv);
        inbox.ReturnToQueue(sequence);
        metrics.Preempted();
    }

    /// <summary>Brings the rows into slots 0..n−1, with memory for a token more each; returns how many are left.</summary>
    private int PackRows()
    {
        Pack();
        var rows = kv.DecodeCount;
        for (var row = 0; row < rows; row++)
        {
            var entry = kv[row]!;
            TryGrow(entry.Sequence!, entry.Tokens + 1);
            if (kv.DecodeCount < rows) // somebody has left for it, perhaps itself
            {
                Pack();
                rows = kv.DecodeCount;
                row = -1;
            }
        }
        return rows;
    }
}
