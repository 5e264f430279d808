using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Inference.Tests.Kernels;

/// <summary>The operator against attention written out in double precision.</summary>
public sealed class SlotAttentionTests
{
    private const int Capacity = 80;

    private readonly Random _random = new(3);

    [Theory]
    [InlineData(4, 2, 32, 0, false)]
    [InlineData(9, 3, 64, 0, false)]
    [InlineData(9, 3, 64, 0, true)]
    [InlineData(2, 2, 16, 7, false)]
    [InlineData(8, 1, 48, 20, true)]
    [InlineData(4, 4, 80, 33, false)]
    [InlineData(6, 2, 128, 0, true)]
    public void Attend_ChunksThenSteps_IsAttention(int heads, int kvHeads, int head, int window, bool half)
    {
        const int Tokens = 70;
        const int Rows = 3;
        var width = (heads + (2 * kvHeads)) * head;
        using var run = new Runner(heads, kvHeads, head, window, half, Rows);
        var sequences = Enumerable.Range(0, Rows).Select(_ => Floats(Tokens * width)).ToArray();
        var expected = sequences.Select(qkv => Reference(qkv, run)).ToArray();
        var tolerance = half ? 4e-3 : 2e-5;

        // Row 0 in chunks; then all rows in steps, each at a place of its own.
        int[] past = [0, 0, 0];
        foreach (var chunk in new[] { 1, 19, 16, 5 })
        {
            Check(run.Run(1, chunk, Slice(0, chunk), [past[0] + chunk - 1]), 0, chunk);
            past[0] += chunk;
        }

        run.Swap(0, 2);
        (past[2], past[0]) = (past[0], past[2]);
        (sequences[0], sequences[2], expected[0], expected[2]) = (sequences[2], sequences[0], expected[2], expected[0]);
        for (var step = 0; step < 27; step++)
        {
            var actual = run.Run(Rows, 1, [.. Enumerable.Range(0, Rows).SelectMany(row => Slice(row, 1))], past);
            for (var row = 0; row < Rows; row++)
            {
                Check(actual.AsSpan(row * heads * head, heads * head), row, 1);
                past[row]++;
            }
        }

        // Each sequence as many new tokens as it likes, in any order.
        (int Row, int Tokens)[] mixed = [(2, 2), (0, 1), (1, 17)];
        var ragged = run.Run([.. mixed.Select(m => (m.Row, past[m.Row], m.Tokens))], [.. mixed.SelectMany(m => Slice(m.Row, m.Tokens))]);
        var first = 0;
        foreach (var (row, count) in mixed)
        {
            Check(ragged.AsSpan(first * heads * head, count * heads * head), row, count);
            first += count;
        }

        float[] Slice(int row, int count) => sequences[row][(past[row] * width)..((past[row] + count) * width)];

        void Check(ReadOnlySpan<float> actual, int row, int count)
        {
            for (var i = 0; i < count * heads * head; i++)
            {
                Assert.Equal(expected[row][(past[row] * heads * head) + i], actual[i], tolerance);
            }
        }
    }

    [Theory]
    [InlineData(false, 17)]
    [InlineData(true, 17)]
    [InlineData(true, 0)]
    public void Attend_AnyCut_SameBits(bool half, int window)
    {
        const int Tokens = 61;
        using var run = new Runner(6, 2, 64, window, half, 1);
        var qkv = Floats(Tokens * run.Width);
        var whole = run.Run(1, Tokens, qkv, [Tokens - 1]);
        foreach (var chunk in new[] { 1, 2, 5, 16, 17, 40 })
        {
            for (var past = 0; past < Tokens; past += chunk)
            {
                var end = Math.Min(Tokens, past + chunk);
                var part = run.Run(1, end - past, qkv[(past * run.Width)..(end * run.Width)], [end - 1]);
                Assert.Equal(whole[(past * 6 * 64)..(end * 6 * 64)], part);
            }
        }
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 17)]
    public void Attend_BesideOthersOfOtherLengths_SameBits(bool half, int window)
    {
        const int Tokens = 44;
        const int Width = 6 * 64;
        using var alone = new Runner(6, 2, 64, window, half, 1);
        using var run = new Runner(6, 2, 64, window, half, 4);
        var qkv = Enumerable.Range(0, 4).Select(_ => Floats(Tokens * run.Width)).ToArray();
        var expected = qkv.Select(x => alone.Run(1, Tokens, x, [Tokens - 1])).ToArray();
        int[] past = [0, 0, 0, 0];
        for (var round = 0; past.Min() < Tokens; round++)
        {
            var runs = Enumerable.Range(0, 4).OrderBy(_ => _random.Next())
                .Select(slot => (Slot: slot, Past: past[slot], Tokens: Math.Min(Tokens - past[slot], (slot + round) % 3 == 0 ? 1 : _random.Next(1, 20))))
                .Where(part => part.Tokens > 0).ToArray();
            var actual = run.Run(runs, [.. runs.SelectMany(part => qkv[part.Slot][(part.Past * run.Width)..((part.Past + part.Tokens) * run.Width)])]).AsSpan();
            foreach (var (slot, start, count) in runs)
            {
                Assert.Equal(expected[slot].AsSpan(start * Width, count * Width), actual[..(count * Width)]);
                actual = actual[(count * Width)..];
                past[slot] += count;
            }
        }
    }

    [Theory]
    [InlineData(1, 0, 1, "Slot 1 of 1")]
    [InlineData(0, 0, 2, "Runs have 2 tokens; qkv has 1.")]
    [InlineData(0, -1, 1, "Slot 0")]
    public void Attend_RunsThatDoNotFit_SaysSo(int slot, int past, int tokens, string message)
    {
        using var run = new Runner(4, 2, 32, 0, false, 1);

        var failure = Assert.Throws<OnnxRuntimeException>(() => run.Run([(slot, past, tokens)], Floats(run.Width)));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Attend_BeyondTheSlot_SaysSo()
    {
        using var run = new Runner(4, 2, 32, 0, false, 1);

        var failure = Assert.Throws<OnnxRuntimeException>(() => run.Run(1, 1, Floats(run.Width), [Capacity]));

        Assert.Contains($"a slot holds {Capacity}", failure.Message, StringComparison.Ordinal);
    }

    private float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() - 0.5f) * 4)];

    /// <summary>Outputs of every position, <c>[tokens, heads · head]</c>.</summary>
    private static double[] Reference(float[] qkv, Runner run)
    {
        var (heads, kvHeads, head, tokens) = (run.Heads, run.KvHeads, run.Head, qkv.Length / run.Width);
        var result = new double[tokens * heads * head];
        for (var token = 0; token < tokens; token++)
        {
            for (var h = 0; h < heads; h++)
            {
                var kv = h / (heads / kvHeads);
                var query = run.Rotated(qkv, token, h);
                var first = run.Window == 0 ? 0 : Math.Max(0, token + 1 - run.Window);
                var scores = Enumerable.Range(first, token + 1 - first)
                    .Select(key => run.Rotated(qkv, key, heads + kv).Zip(query, (a, b) => a * b).Sum() / Math.Sqrt(head)).ToArray();
                var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
                for (var i = 0; i < head; i++)
                {
                    result[(((token * heads) + h) * head) + i] = weights
                        .Select((weight, key) => weight / weights.Sum() * qkv[((first + key) * run.Width) + ((heads + kvHeads + kv) * head) + i]).Sum();
                }
            }
        }

        return result;
    }

    /// <summary>A graph and its cache.</summary>
    private sealed class Runner : IDisposable
    {
        private readonly KernelGraph _graph;
        private readonly float[] _cosine;
        private readonly float[] _sine;
        private readonly byte[][] _caches;
        private readonly bool _half;
        private readonly int _rows;

        public Runner(int heads, int kvHeads, int head, int window, bool half, int rows)
        {
            (Heads, KvHeads, Head, Window, _half, _rows) = (heads, kvHeads, head, window, half, rows);
            var angles = Enumerable.Range(0, Capacity).SelectMany(p => Enumerable.Range(0, head / 2).Select(i => p * Math.Pow(100, -2.0 * i / head))).ToArray();
            (_cosine, _sine) = ([.. angles.Select(a => (float)Math.Cos(a))], [.. angles.Select(a => (float)Math.Sin(a))]);
            _caches = [new byte[rows * SlotBytes], new byte[rows * SlotBytes]];
            _graph = new KernelGraph(Build);
        }

        public int Heads { get; }

        public int KvHeads { get; }

        public int Head { get; }

        public int Window { get; }

        public int Width => (Heads + (2 * KvHeads)) * Head;

        private int SlotBytes => KvHeads * Capacity * Head * (_half ? 2 : 4);

        public double[] Rotated(float[] qkv, int token, int head)
        {
            var x = qkv.AsSpan((token * Width) + (head * Head), Head);
            var (half, result) = (Head / 2, new double[Head]);
            for (var i = 0; i < half; i++)
            {
                var (c, s) = (_cosine[(token * half) + i], _sine[(token * half) + i]);
                (result[i], result[half + i]) = ((x[i] * (double)c) - (x[half + i] * (double)s), (x[half + i] * (double)c) + (x[i] * (double)s));
            }

            return result;
        }

        public void Swap(int first, int second)
        {
            foreach (var cache in _caches)
            {
                var kept = cache.AsSpan(first * SlotBytes, SlotBytes).ToArray();
                cache.AsSpan(second * SlotBytes, SlotBytes).CopyTo(cache.AsSpan(first * SlotBytes));
                kept.CopyTo(cache.AsSpan(second * SlotBytes));
            }
        }

        /// <summary>Slots 0..rows−1 get so many tokens each; lengths are those after it, minus 1.</summary>
        public float[] Run(int rows, int tokens, float[] qkv, int[] lengths) =>
            Run([.. Enumerable.Range(0, rows).Select(row => (row, lengths[row] + 1 - tokens, tokens))], qkv);

        public float[] Run((int Slot, int Past, int Tokens)[] sequences, float[] qkv)
        {
            var tokens = qkv.Length / Width;
            var handles = _caches.Select(cache => GCHandle.Alloc(cache, GCHandleType.Pinned)).ToArray();
            using var binding = _graph.Session.CreateIoBinding();
            using var options = new RunOptions();
            using var x = OrtValue.CreateTensorValueFromMemory(qkv, [1, tokens, Width]);
            int[] fields = [.. sequences.SelectMany(s => new[] { s.Slot, s.Past, s.Tokens })];
            using var runs = OrtValue.CreateTensorValueFromMemory(fields, [sequences.Length, 3]);
            var y = new float[tokens * Heads * Head];
            using var output = OrtValue.CreateTensorValueFromMemory(y, [1, tokens, Heads * Head]);
            using var key = Cache(handles[0]);
            using var value = Cache(handles[1]);
            try
            {
                binding.BindInput("qkv", x);
                binding.BindInput("runs", runs);
                binding.BindOutput("y", output);
                binding.BindInput("key", key);
                binding.BindOutput("present_key", key);
                binding.BindInput("value", value);
                binding.BindOutput("present_value", value);
                _graph.Session.RunWithBinding(options, binding);
                return y;
            }
            finally
            {
                Array.ForEach(handles, handle => handle.Free());
            }
        }

        public void Dispose() => _graph.Dispose();

        private OrtValue Cache(GCHandle handle) => OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            _half ? TensorElementType.Float16 : TensorElementType.Float,
            [_rows, KvHeads, Capacity, Head],
            handle.AddrOfPinnedObject(),
            (long)_rows * SlotBytes);

        private void Build(GraphBuilder graph)
        {
            var type = _half ? DataType.Float16 : DataType.Float;
            Dim[] cache = ["slots", KvHeads, Capacity, Head];
            var outputs = graph.Nodes(
                _half ? KernelOps.SlotAttentionHalf : KernelOps.SlotAttention,
                3,
                [
                    graph.Input("qkv", DataType.Float, 1, "tokens", Width),
                    graph.Input("key", type, cache),
                    graph.Input("value", type, cache),
                    graph.Input("runs", DataType.Int32, "sequences", 3),
                    graph.Weight("cosine", [Capacity, Head / 2], () => _cosine),
                    graph.Weight("sine", [Capacity, Head / 2], () => _sine),
                ],
                [
                    Attr.Int(KernelOps.Heads, Heads),
                    Attr.Int(KernelOps.KvHeads, KvHeads),
                    Attr.Float(KernelOps.Scale, 1 / MathF.Sqrt(Head)),
                    Attr.Int(KernelOps.Window, Window),
                ],
                KernelOps.Domain);
            graph.Output("y", outputs[0], DataType.Float, 1, "tokens", Heads * Head);
            graph.Output("present_key", outputs[1], type, cache);
            graph.Output("present_value", outputs[2], type, cache);
        }
    }
}
