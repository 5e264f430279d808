using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Exports;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Exports;

/// <summary>Slots of the plainer path: what is copied, exchanged, cut or overwritten decides the next logits.</summary>
public sealed class ExportSlotTests : IDisposable
{
    private const int Capacity = 64;

    // The number of rows may decide the last bits of sums.
    private const double Tolerance = 1e-5;

    private readonly ExportedCheckpoint _export = new(Fixtures.EmojiVlm);
    private readonly ExportDecoderRunner _runner;

    public ExportSlotTests() => _runner = new ExportDecoderRunner(_export.Open(), DeviceOptions.Cpu, 3, Capacity);

    [Fact]
    public void CopySlot_FirstTokens_ContinuesAsThePrefix()
    {
        var (prompt, other) = (Ids(1, 20), Ids(2, 5));
        Fill(0, prompt);
        _runner.CopySlot(0, 2, 12);

        AssertClose(Whole(prompt[..12], other), Append(2, 12, other));
        AssertClose(Whole(prompt, other), Append(0, 20, other));
    }

    [Fact]
    public void SwapSlots_OfDifferentLengths_EachContinuesInItsNewPlace()
    {
        var (first, second, next) = (Ids(1, 20), Ids(2, 7), Ids(3, 4));
        Fill(0, first);
        Fill(1, second);
        _runner.SwapSlots(0, 1, 20, 7);

        AssertClose(Whole(second, next), Append(0, 7, next));
        AssertClose(Whole(first, next), Append(1, 20, next));
    }

    [Fact]
    public void Prefill_OverFewerTokensThanHeld_ForgetsTheRest()
    {
        var (prompt, other) = (Ids(1, 30), Ids(2, 9));
        Fill(1, prompt);

        AssertClose(Whole(prompt[..11], other), Append(1, 11, other));
    }

    [Fact]
    public void Decode_RowsOfDifferentLengths_EachAsAlone()
    {
        int[][] prompts = [Ids(1, 20), Ids(2, 7), Ids(3, 13)];
        var logits = new float[3 * _runner.VocabularySize];
        for (var row = 0; row < 3; row++)
        {
            Fill(row, prompts[row]);
        }

        _runner.Decode([400, 500, 600], [20, 7, 13], logits);

        for (var row = 2; row >= 0; row--)
        {
            var alone = new float[_runner.VocabularySize];
            Fill(0, prompts[row]);
            _runner.Decode([(row * 100) + 400], [prompts[row].Length], alone);
            Assert.Equal(alone, logits.AsSpan(row * _runner.VocabularySize, _runner.VocabularySize).ToArray());
        }
    }

    [Fact]
    public void Run_BeyondCapacityOrPast_Refused()
    {
        Fill(0, Ids(1, 5));

        Assert.Throws<ArgumentOutOfRangeException>(() => Append(0, 6, Ids(2, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Append(0, 5, Ids(2, Capacity)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _runner.Decode([_runner.VocabularySize], [5], new float[_runner.VocabularySize]));
    }

    public void Dispose()
    {
        _runner.Dispose();
        _export.Dispose();
    }

    private static int[] Ids(int seed, int count) => [.. Enumerable.Range(0, count).Select(i => 300 + (((seed * 131) + (i * 37)) % 1_900))];

    private void Fill(int slot, int[] ids) => Append(slot, 0, ids);

    private float[] Append(int slot, int past, int[] ids)
    {
        var (rows, logits) = (new float[ids.Length * _runner.HiddenSize], new float[_runner.VocabularySize]);
        _runner.Embed(ids, rows);
        _runner.Prefill(slot, past, rows, logits);
        return logits;
    }

    /// <summary>The same tokens in an empty slot, in two chunks.</summary>
    private float[] Whole(int[] first, int[] then)
    {
        using var fresh = new ExportDecoderRunner(_export.Open(), DeviceOptions.Cpu, 1, Capacity);
        var (rows, logits) = (new float[(first.Length + then.Length) * fresh.HiddenSize], new float[fresh.VocabularySize]);
        fresh.Embed([.. first, .. then], rows);
        fresh.Prefill(0, 0, rows.AsSpan(0, first.Length * fresh.HiddenSize), []);
        fresh.Prefill(0, first.Length, rows.AsSpan(first.Length * fresh.HiddenSize), logits);
        return logits;
    }

    private static void AssertClose(float[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
}
