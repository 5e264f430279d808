namespace VisionCluster.Inference.Onnx;

/// <summary>
/// In which shapes decode steps are captured as CUDA graphs. A graph replays launches as they were captured, so whatever decides on a launch
/// must be the graph's own: the rows, and the longest sequence, by which ONNX Runtime's attention splits its work
/// (<c>total_sequence_length</c>, read on the CPU). Both are rounded up: rows to powers of two and at last to all slots, the longest sequence to
/// powers of two and at last to a slot's capacity. Sequences' own lengths are read on the GPU and may be any up to that.
/// </summary>
internal sealed class CudaGraphPlan
{
    /// <summary>Most graphs of a decoder; each keeps its launches in the GPU's memory as long as the decoder is open.</summary>
    public const int MaxGraphs = 64;

    // Shorter sequences than this are hardly split at all.
    private const int LeastTokens = 512;

    private readonly int[] _rows; // ascending
    private readonly int[] _tokens; // ascending

    /// <param name="slots">Most rows of a step, at least one.</param>
    /// <param name="capacity">Tokens of a slot, at least one.</param>
    public CudaGraphPlan(int slots, int capacity)
    {
        _rows = Steps(1, slots);

        // Where that made too many graphs, the shortest sequences share one.
        var least = LeastTokens;
        do
        {
            _tokens = Steps(least, capacity);
            least *= 2;
        }
        while (Count > MaxGraphs);
    }

    /// <summary>Graphs that there may be.</summary>
    public int Count => _rows.Length * _tokens.Length;

    /// <summary>Rows of the graph that takes so many.</summary>
    public int RowsFor(int rows) => _rows[First(_rows, rows)];

    /// <summary>The graph of so many rows.</summary>
    /// <param name="rows">From 1 to the number of slots.</param>
    /// <param name="tokens">Of the longest sequence with its new token, up to a slot's capacity.</param>
    /// <exception cref="ArgumentOutOfRangeException">No graph takes that.</exception>
    public CudaGraphBucket BucketOf(int rows, int tokens)
    {
        var (row, token) = (First(_rows, rows), First(_tokens, tokens));
        return new CudaGraphBucket((row * _tokens.Length) + token + 1, _rows[row], _tokens[token]);
    }

    private static int[] Steps(int first, int last)
    {
        var steps = new List<int>();
        for (var step = first; step < last; step *= 2)
        {
            steps.Add(step);
        }

        return [.. steps, last];
    }

    private static int First(int[] steps, int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, steps[^1]);
        return Array.FindIndex(steps, step => step >= value);
    }
}

/// <summary>A shape that is captured once.</summary>
/// <param name="Id">ONNX Runtime's name for the graph (run option <c>gpu_graph_id</c>): from 1, for 0 is what runs without a name get, and −1 is none.</param>
/// <param name="Rows">Rows that run, some of them for nobody.</param>
/// <param name="Tokens">The longest sequence that it takes, with its new token.</param>
internal readonly record struct CudaGraphBucket(int Id, int Rows, int Tokens);
