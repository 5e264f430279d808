using VisionCluster.Inference.Diagnostics;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Guesses what a sequence that decodes alone says next (<see cref="PromptLookup"/>), runs the guess with its last token, and goes on as long
/// as the sampler chooses what was guessed. What comes out is what single steps would have chosen (but for last bits of the logits where the
/// runner is not exact), since the sampler's randomness depends on the position alone.
/// </summary>
internal sealed class Speculation(IDecoderRunner runner, DecodeEngineOptions options, KvCache kv, DecodeBuffers buffers, InferenceMetrics metrics)
{
    private readonly SpeculationPlanner _planner = new(
        Math.Min(options.MaxDraftTokens ?? (runner.IsExact ? DecodeEngineOptions.ExactDraftTokens : 0), runner.LogitRows - 1), options.FixedDraftTokens);

    /// <summary>A step of one sequence that checked so many guessed tokens took so long.</summary>
    public void Record(int drafted, TimeSpan time) => _planner.Record(drafted, time);

    /// <summary>Guesses, if that pays, there is a guess and there is room to check it; returns the tokens guessed, 0 if none.</summary>
    public int Draft(SequenceState sequence)
    {
        var count = Math.Min(_planner.Plan(sequence.Drafts), sequence.MaxTokens - sequence.Generated - 1);
        var isRebuilt = sequence.Kv.Tokens + 1 == sequence.HistoryTokens;
        if (count > 0 && isRebuilt && kv.TryReserve(sequence.Kv, sequence.Kv.Tokens + 1 + count)
            && PromptLookup.TryDraft(sequence.History.AsSpan(0, sequence.HistoryTokens), buffers.Draft(count)))
        {
            return count;
        }
        sequence.Drafts.Skipped();
        return 0;
    }

    /// <summary>Runs the last token and the guessed ones.</summary>
    public void Run(SequenceState sequence, int count)
    {
        var tokenIds = buffers.Checked(count);
        tokenIds[0] = sequence.NextInput;
        var embeddings = buffers.Embeddings(0, tokenIds.Length);
        runner.Embed(tokenIds, embeddings);
        runner.Extend(sequence.Kv.Slot, sequence.Kv.Tokens, embeddings, buffers.Logits(tokenIds.Length));
    }

    /// <summary>Takes over what was right, and the token behind it.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="count">Tokens guessed.</param>
    /// <param name="complete">Chooses the next token from a row of the logits.</param>
    public void Accept(SequenceState sequence, int count, Action<SequenceState, int> complete)
    {
        var entry = sequence.Kv;
        var past = entry.Tokens;
        var accepted = 0;
        while (true)
        {
            entry.Tokens = past + accepted + 1;
            complete(sequence, accepted);
            if (entry.Sequence != sequence || accepted == count || sequence.NextInput != buffers.Checked(count)[accepted + 1])
                break;
            accepted++;
        }
        sequence.Drafts.Checked(accepted, count);
        metrics.Speculated(count, accepted);
    }
}
