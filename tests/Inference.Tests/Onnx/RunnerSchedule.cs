using VisionCluster.Inference.Onnx;

namespace VisionCluster.Inference.Tests.Onnx;

/// <summary>
/// Asks two runners for the same: prompts in chunks, steps of any rows, guesses that are partly taken back, copies and exchanges of slots. Both
/// must choose the same tokens, and what the second holds in a slot may change only when the slot is written.
/// </summary>
internal sealed class RunnerSchedule(OnnxDecoderRunner expected, OnnxDecoderRunner actual, int seed)
{
    private readonly Random _random = new(seed);
    private readonly int[] _tokens = new int[expected.SlotCount];

    public void Run(int steps)
    {
        for (var slot = 0; slot < _tokens.Length; slot++)
        {
            Prompt(slot);
        }

        for (var step = 0; step < steps; step++)
        {
            var before = Enumerable.Range(0, _tokens.Length).Select(Kv).ToArray();
            var touched = Step();
            for (var slot = 0; slot < _tokens.Length; slot++)
            {
                if (!touched.Contains(slot))
                {
                    Assert.True(before[slot].AsSpan().SequenceEqual(Kv(slot)), $"Slot {slot} changed in step {step} of seed {seed}.");
                }
            }
        }
    }

    /// <summary>The greatest logit of each row.</summary>
    public static int[] Best(float[] logits, int rows) =>
        [.. logits.Chunk(logits.Length / rows).Select(row => Array.IndexOf(row, row.Max()))];

    private int[] Step()
    {
        var (slot, other) = (_random.Next(_tokens.Length), _random.Next(_tokens.Length));
        switch (_random.Next(12))
        {
            case 0:
                Prompt(slot);
                return [slot];
            case 1 when _tokens[slot] + 4 <= expected.SlotCapacity:
                Extend(slot, 4);
                _tokens[slot] -= _random.Next(3); // guesses that were wrong
                return [slot];
            case 2 or 3 or 4 when slot != other:
                Both(runner => runner.CopySlot(slot, other, _tokens[slot]));
                _tokens[other] = _tokens[slot];
                return [other];
            case 5 when slot != other:
                Both(runner => runner.SwapSlots(slot, other, _tokens[slot], _tokens[other]));
                (_tokens[slot], _tokens[other]) = (_tokens[other], _tokens[slot]);
                return [slot, other];
            default:
                return Decode(1 + _random.Next(_tokens.Length));
        }
    }

    private int[] Decode(int rows)
    {
        // The engine has none that is full decode on.
        rows = Math.Min(rows, Array.FindIndex(_tokens, tokens => tokens >= expected.SlotCapacity) is var full and >= 0 ? full : rows);
        if (rows == 0)
        {
            Prompt(0);
            return [0];
        }

        int[] ids = [.. Enumerable.Range(0, rows).Select(_ => Token())];
        Same(rows, (runner, logits) => runner.Decode(ids, _tokens.AsSpan(0, rows), logits));
        for (var row = 0; row < rows; row++)
        {
            _tokens[row]++;
        }

        return [.. Enumerable.Range(0, rows)];
    }

    private void Prompt(int slot)
    {
        _tokens[slot] = 0;
        Append(slot, 1 + _random.Next(expected.SlotCapacity), last: false, (runner, past, embeddings, logits) => runner.Prefill(slot, past, embeddings, logits));
        if (!expected.BidirectionalPrefix && _tokens[slot] + 3 <= expected.SlotCapacity)
        {
            Append(slot, 3, last: true, (runner, past, embeddings, logits) => runner.Prefill(slot, past, embeddings, logits));
        }
    }

    private void Extend(int slot, int tokens) =>
        Append(slot, tokens, last: true, (runner, past, embeddings, logits) => runner.Extend(slot, past, embeddings, logits));

    private void Append(int slot, int tokens, bool last, Action<OnnxDecoderRunner, int, float[], float[]> append)
    {
        var embeddings = new float[tokens * expected.HiddenSize];
        expected.Embed([.. Enumerable.Range(0, tokens).Select(_ => Token())], embeddings);
        var past = _tokens[slot];
        if (last)
        {
            Same(1, (runner, logits) => append(runner, past, embeddings, logits));
        }
        else
        {
            Both(runner => append(runner, past, embeddings, []));
        }

        _tokens[slot] += tokens;
    }

    private int Token() => 5 + _random.Next(expected.VocabularySize - 10);

    private byte[] Kv(int slot)
    {
        var bytes = new byte[_tokens[slot] * actual.KvBytesPerToken];
        actual.ReadKv(slot, 0, _tokens[slot], bytes);
        return bytes;
    }

    private void Both(Action<OnnxDecoderRunner> action)
    {
        action(expected);
        action(actual);
    }

    private void Same(int rows, Action<OnnxDecoderRunner, float[]> run)
    {
        var (left, right) = (new float[rows * expected.VocabularySize], new float[rows * expected.VocabularySize]);
        run(expected, left);
        run(actual, right);
        Assert.Equal(Best(left, rows), Best(right, rows));
    }
}
