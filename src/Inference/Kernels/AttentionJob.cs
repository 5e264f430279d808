using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VisionCluster.Inference.Kernels;

/// <summary>One run of attention, as its shares see it.</summary>
internal unsafe struct AttentionJob
{
    private const int Keys = AttentionProducts.Keys;

    public float* Qkv;
    public byte* Key;
    public byte* Value;
    public int* Lengths;
    public float* Cosine;
    public float* Sine;
    public float* Query;
    public float* Output;
    public bool IsHalf;
    public int Tokens;
    public int Heads;
    public int KvHeads;
    public int Head;
    public int Capacity;
    public int Window;
    public float Scale;
    public int ShareTokens;

    /// <summary>Query heads that share a key-value head.</summary>
    public readonly int Group => Heads / KvHeads;

    /// <summary>Shares of one row and key-value head.</summary>
    public readonly int Shares => (Tokens + ShareTokens - 1) / ShareTokens;

    private readonly int Width => (Heads + (2 * KvHeads)) * Head;

    private readonly int ElementBytes => IsHalf ? sizeof(Half) : sizeof(float);

    public readonly (int Row, int KvHead, int First, int Count) Share(int index)
    {
        var (head, share) = Math.DivRem(index, Shares);
        var first = share * ShareTokens;
        return (head / KvHeads, head % KvHeads, first, Math.Min(ShareTokens, Tokens - first));
    }

    /// <summary>Rotates tokens' queries and keys to their positions, and writes keys and values to the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Write(int row, int kvHead, int first, int count)
    {
        var past = Lengths[row] + 1 - Tokens;
        var rotated = stackalloc float[Head];
        for (var token = first; token < first + count; token++)
        {
            var x = Qkv + (((long)row * Tokens) + token) * Width;
            var position = past + token;
            var query = Query + ((((long)row * Tokens) + token) * Heads + (kvHead * Group)) * Head;
            for (var head = 0; head < Group; head++)
            {
                Rotate(x + (((kvHead * Group) + head) * Head), query + (head * Head), position, Scale);
            }

            Rotate(x + ((Heads + kvHead) * Head), rotated, position, 1);
            Store(rotated, Slot(Key, row, kvHead, position));
            Store(x + ((Heads + KvHeads + kvHead) * Head), Slot(Value, row, kvHead, position));
        }
    }

    /// <summary>Outputs of tokens for the query heads of a key-value head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Attend(int row, int kvHead, int first, int count)
    {
        var past = Lengths[row] + 1 - Tokens;
        var (start, end) = (Math.Max(0, past + first + 1 - Window) / Keys * Keys, past + first + count);
        var stride = (end - start + Keys - 1) / Keys * Keys;
        var queries = count * Group;
        var tile = (float*)Scratch.OfShare((((long)Keys * Head) + ((long)queries * (stride + Head + 1))) * sizeof(float));
        var scores = tile + (Keys * Head);
        var sums = scores + ((long)queries * stride);
        var query = Query + ((((long)row * Tokens) + first) * Heads + (kvHead * Group)) * Head;
        for (var at = start; at < end; at += Keys)
        {
            var keys = Load(Key, row, kvHead, at, Math.Min(Keys, end - at), tile);
            for (var token = FirstThatSees(at, past, first); token < count && Sees(past + first + token, at); token++)
            {
                for (var head = 0; head < Group; head++)
                {
                    var products = AttentionProducts.Scores(query + (((token * Heads) + head) * Head), keys, Head);
                    products.Store(scores + ((long)((token * Group) + head) * stride) + (at - start));
                }
            }
        }

        for (var i = 0; i < queries; i++)
        {
            var length = past + first + (i / Group) + 1;
            AttentionProducts.Softmax(scores + ((long)i * stride), Math.Max(0, length - Window) - start, length - start, sums + ((long)queries * Head) + i);
        }

        new Span<float>(sums, queries * Head).Clear();
        for (var at = start; at < end; at += Keys)
        {
            var values = Load(Value, row, kvHead, at, Math.Min(Keys, end - at), tile);
            var i = FirstThatSees(at, past, first) * Group;
            var last = i;
            while (last < queries && Sees(past + first + (last / Group), at))
            {
                last += Group;
            }

            var weights = scores + (at - start);
            for (; i + 1 < last; i += 2)
            {
                AttentionProducts.MixTwo(
                    weights + ((long)i * stride), weights + ((i + 1L) * stride), values, Head, sums + (i * Head), sums + ((i + 1) * Head));
            }

            if (i < last)
            {
                AttentionProducts.Mix(weights + ((long)i * stride), values, Head, sums + (i * Head));
            }
        }

        for (var i = 0; i < queries; i++)
        {
            var (token, head) = Math.DivRem(i, Group);
            var output = Output + ((((long)row * Tokens) + first + token) * Heads + (kvHead * Group) + head) * Head;
            var inverse = Vector512.Create(1 / sums[(queries * Head) + i]);
            for (var at = 0; at < Head; at += Vector512<float>.Count)
            {
                (Vector512.Load(sums + (i * Head) + at) * inverse).Store(output + at);
            }
        }
    }

    /// <summary>Among a share's tokens the first that is not before a tile of keys.</summary>
    private static int FirstThatSees(int at, int past, int first) => Math.Max(0, at - past - first);

    private readonly bool Sees(int position, int at) => position - Window < at + Keys - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Rotate(float* x, float* result, int position, float scale)
    {
        var half = Head / 2;
        var cosine = Cosine + ((long)position * half);
        var sine = Sine + ((long)position * half);
        for (var i = 0; i < half; i += Vector256<float>.Count)
        {
            var (low, high) = (Vector256.Load(x + i), Vector256.Load(x + half + i));
            var (c, s) = (Vector256.Load(cosine + i), Vector256.Load(sine + i));
            (((low * c) - (high * s)) * scale).Store(result + i);
            (((high * c) + (low * s)) * scale).Store(result + half + i);
        }
    }

    private readonly byte* Slot(byte* cache, int row, int kvHead, int position) =>
        cache + (((((long)row * KvHeads) + kvHead) * Capacity) + position) * Head * ElementBytes;

    private readonly void Store(float* values, byte* destination)
    {
        if (IsHalf)
        {
            for (var i = 0; i < Head; i += Vector512<float>.Count)
            {
                Wide.StoreHalves(Vector512.Load(values + i), (Half*)destination + i);
            }
        }
        else
        {
            new ReadOnlySpan<float>(values, Head).CopyTo(new Span<float>(destination, Head));
        }
    }

    /// <summary>A tile of keys or values as floats <c>[16, head]</c>: in place where that is possible, else in the given memory; zeros behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly float* Load(byte* cache, int row, int kvHead, int position, int count, float* tile)
    {
        var source = Slot(cache, row, kvHead, position);
        if (!IsHalf && count == Keys)
        {
            return (float*)source;
        }

        if (IsHalf)
        {
            for (var i = 0; i < count * Head; i += Vector512<float>.Count)
            {
                Wide.LoadHalves((Half*)source + i).Store(tile + i);
            }
        }
        else
        {
            new ReadOnlySpan<float>(source, count * Head).CopyTo(new Span<float>(tile, count * Head));
        }

        new Span<float>(tile + (count * Head), (Keys - count) * Head).Clear();
        return tile;
    }
}
