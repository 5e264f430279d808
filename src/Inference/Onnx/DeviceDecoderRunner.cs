using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// Graphs with ONNX Runtime's attention on a GPU. Where the device captures CUDA graphs, decode steps run in the shapes of a
/// <see cref="CudaGraphPlan"/>: rows that nobody asked for write behind what their slots hold, where nothing is read. All else (prompts, guesses
/// that are checked, steps whose spare slots are full) runs uncaptured. Called from one thread: ONNX Runtime keeps graphs by thread.
/// </summary>
internal sealed class DeviceDecoderRunner : OnnxDecoderRunner
{
    private const string GraphId = "gpu_graph_id";

    private readonly DeviceBuffers _device;
    private readonly CudaGraphPlan? _plan;
    private readonly RunOptions?[] _graphs; // by id; null: not captured yet
    private readonly DeviceStep?[] _steps; // by rows
    private readonly (OrtValue[] Device, OrtValue[] Host)?[] _logits; // by rows
    private readonly PrefillBinding?[] _prefill;
    private readonly int[] _held; // tokens of each slot that may be in use, at most

    public DeviceDecoderRunner(CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens, KvPrecision precision)
        : base(model, device, slots, capacity, maxChunkTokens, precision)
    {
        _device = new DeviceBuffers(Session, Buffers, slots);
        (_steps, _logits) = (new DeviceStep?[slots + 1], new (OrtValue[], OrtValue[])?[slots + 1]);
        (_prefill, _held) = (new PrefillBinding?[slots], new int[slots]);
        _plan = device.CudaGraphs ? new CudaGraphPlan(slots, capacity) : null;
        _graphs = new RunOptions?[(_plan?.Count ?? 0) + 1];
        if (_plan is not null)
        {
            RunOptions.AddRunConfigEntry(GraphId, "-1"); // what has no name is captured as well
        }
    }

    /// <summary>Graphs captured so far.</summary>
    internal int Captured => _graphs.Count(graph => graph is not null);

    /// <summary>What steps of so many rows are bound to; null: there was none yet.</summary>
    internal IReadOnlyList<OrtValue>? Bound(int rows) => _steps[rows]?.Bound;

    public override void Prefill(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        using var call = CaptureGate.Enter(Session.Device);
        base.Prefill(slot, past, embeddings, logits);
        _held[slot] = past + (embeddings.Length / HiddenSize);
    }

    public override void Extend(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        using var call = CaptureGate.Enter(Session.Device);
        var (tokens, rows) = Load(past, embeddings, logits.Length);
        var binding = _prefill[slot] ??= new PrefillBinding(Session, Kv, Buffers, slot, withLengths: true);
        binding.Run(RunOptions, tokens, rows);
        Buffers.Logits.Span[..logits.Length].CopyTo(logits);
        _held[slot] = past + tokens;
    }

    public override void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits)
    {
        var rows = tokenIds.Length;
        var longest = LoadRows(tokenIds, past);
        if (_plan is not null && TryPad(rows, ref longest))
        {
            RunGraph(_plan.BucketOf(rows, longest), rows);
        }
        else
        {
            Run(RunOptions, rows, longest, rows);
        }

        for (var row = 0; row < rows; row++)
        {
            _held[row] = past[row] + 1;
        }

        Buffers.Logits.Span[..(rows * VocabularySize)].CopyTo(logits);
    }

    public override void CopySlot(int source, int destination, int tokens)
    {
        base.CopySlot(source, destination, tokens);
        _held[destination] = tokens;
    }

    public override void SwapSlots(int first, int second, int firstTokens, int secondTokens)
    {
        base.SwapSlots(first, second, firstTokens, secondTokens);
        (_held[first], _held[second]) = (_held[second], _held[first]);
    }

    public override void WriteKv(int slot, int start, int tokens, ReadOnlySpan<byte> source)
    {
        base.WriteKv(slot, start, tokens, source);
        _held[slot] = Math.Max(_held[slot], start + tokens);
    }

    /// <summary>Gives the graph's other rows something to do that harms nothing; false: one of their slots is full.</summary>
    private bool TryPad(int rows, ref int longest)
    {
        var all = _plan!.RowsFor(rows);
        for (var row = rows; row < all; row++)
        {
            if (_held[row] == SlotCapacity)
            {
                return false;
            }

            Buffers.Lengths.Span[row] = _held[row];
            longest = Math.Max(longest, _held[row] + 1);
        }

        Buffers.Embeddings.Span[(rows * HiddenSize)..(all * HiddenSize)].Clear();
        return true;
    }

    private void RunGraph(CudaGraphBucket bucket, int rows)
    {
        if (_graphs[bucket.Id] is { } graph)
        {
            Run(graph, bucket.Rows, bucket.Tokens, rows);
            return;
        }

        // ONNX Runtime runs a step that it captures several times over, which writes the same keys and values again.
        using var alone = CaptureGate.EnterAlone(Session.Device);
        var options = new RunOptions();
        try
        {
            options.AddRunConfigEntry(GraphId, bucket.Id.ToString(CultureInfo.InvariantCulture));
            Run(options, bucket.Rows, bucket.Tokens, rows);
        }
        catch (OnnxRuntimeException e)
        {
            options.Dispose();
            throw new InvalidOperationException(
                $"A step of {bucket.Rows} rows was not captured as a CUDA graph ({e.Message}); serve without --cuda-graphs.", e);
        }

        _graphs[bucket.Id] = options;
    }

    private void Run(RunOptions options, int all, int longest, int wanted)
    {
        using var call = CaptureGate.Enter(Session.Device);
        Buffers.Total.Span[0] = longest;
        var step = _steps[all] ??= new DeviceStep(Session, Kv, Buffers, _device, all);
        step.Run(options);
        var (device, host) = _logits[wanted] ??= ([_device.Logits(wanted)], [Buffers.Logits.View(TensorElementType.Float, wanted, VocabularySize)]);
        _device.Copy(device, host);
    }

    private protected override void DisposeBindings()
    {
        using var call = CaptureGate.Enter(Session.Device);
        foreach (var binding in _prefill.Concat<IDisposable?>(_steps).Concat(_graphs))
        {
            binding?.Dispose();
        }

        foreach (var (device, host) in _logits.OfType<(OrtValue[], OrtValue[])>())
        {
            device[0].Dispose();
            host[0].Dispose();
        }

        _device.Dispose();
    }
}
