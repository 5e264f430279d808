namespace VisionCluster.Inference.Decoding;

/// <summary>What a step reads and writes, allocated once. Pinned: a runner may hand the addresses to native code.</summary>
internal sealed class DecodeBuffers(IDecoderRunner runner, int chunkTokens)
{
    private readonly float[] _logits = GC.AllocateArray<float>(checked(Math.Max(runner.SlotCount, runner.LogitRows) * runner.VocabularySize), pinned: true);

    // A chunk, or a guess, with a token for every row before it.
    private readonly float[] _embeddings = GC.AllocateArray<float>(
        checked((Math.Min(Math.Max(chunkTokens, runner.LogitRows), runner.SlotCapacity) + (runner.MixesRuns ? runner.SlotCount : 0)) * runner.HiddenSize),
        pinned: true);

    private readonly int[] _tokenIds = new int[runner.SlotCount];
    private readonly int[] _past = new int[runner.SlotCount];
    private readonly int[] _checked = new int[runner.LogitRows];
    private readonly SlotRun[] _runs = new SlotRun[runner.SlotCount];

    /// <summary>The sequences of the decode step, by row.</summary>
    public SequenceState[] Rows { get; } = new SequenceState[runner.SlotCount];

    public Span<int> TokenIds(int rows) => _tokenIds.AsSpan(0, rows);

    public Span<int> Past(int rows) => _past.AsSpan(0, rows);

    public Span<SlotRun> Runs(int count) => _runs.AsSpan(0, count);

    /// <summary>A row's guessed tokens.</summary>
    public Span<int> Draft(int count) => _checked.AsSpan(1, count);

    /// <summary>A row's last token, to be set, and its guessed ones.</summary>
    public Span<int> Checked(int drafted) => _checked.AsSpan(0, 1 + drafted);

    /// <summary><c>[rows, vocabulary]</c>.</summary>
    public Span<float> Logits(int rows) => _logits.AsSpan(0, rows * runner.VocabularySize);

    public Span<float> LogitsRow(int row) => _logits.AsSpan(row * runner.VocabularySize, runner.VocabularySize);

    /// <summary><c>[tokens, hidden]</c> behind so many others.</summary>
    public Span<float> Embeddings(int first, int tokens) => _embeddings.AsSpan(first * runner.HiddenSize, tokens * runner.HiddenSize);
}
