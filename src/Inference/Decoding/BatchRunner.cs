namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Brings rows and a prompt's chunk into the form of a run. Logits come back by row, and behind those of the rows the chunk's, if what follows
/// it is not known yet.
/// </summary>
internal sealed class BatchRunner(IDecoderRunner runner, DecodeBuffers buffers)
{
    /// <summary>Writes a chunk's embeddings where <see cref="Run"/> expects them.</summary>
    public void Embed(SequenceState prompt, Batch batch) =>
        prompt.Embedder.Write(runner, prompt.Kv.Tokens, batch.Tokens, buffers.Embeddings(batch.Rows, batch.Tokens));

    /// <summary>Runs one token for every row (<see cref="DecodeBuffers.Rows"/>), a chunk that is embedded, or both at once.</summary>
    public void Run(SequenceState? prompt, Batch batch)
    {
        var (rows, tokens) = (batch.Rows, batch.Tokens);
        var tokenIds = buffers.TokenIds(rows);
        var past = buffers.Past(rows);
        for (var row = 0; row < rows; row++)
            (tokenIds[row], past[row]) = (buffers.Rows[row].NextInput, buffers.Rows[row].Kv.Tokens);
        if (tokens == 0)
        {
            if (rows > 0) // packing may have failed, or all were preempted
                runner.Decode(tokenIds, past, buffers.Logits(rows));
            return;
        }
        var entry = prompt!.Kv;
        var wanted = entry.Tokens + tokens == prompt.HistoryTokens ? 1 : 0;
        if (rows == 0)
            runner.Prefill(entry.Slot, entry.Tokens, buffers.Embeddings(0, tokens), buffers.Logits(wanted));
        else
        {
            var runs = buffers.Runs(rows + 1);
            for (var row = 0; row < rows; row++)
                runs[row] = new SlotRun(row, past[row], 1, 1);
            runs[rows] = new SlotRun(entry.Slot, entry.Tokens, tokens, wanted);
            runner.Embed(tokenIds, buffers.Embeddings(0, rows));
            runner.Run(runs, buffers.Embeddings(0, rows + tokens), buffers.Logits(rows + wanted));
        }
    }
}
