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
    public float* Cosine;
    public float* Sine;
    public float* Query;
    public float* Output;
    public AttentionShare* Shares;
    public bool IsHalf;
    public int Heads;
    public int KvHeads;
    public int Head;
    public int Capacity;
    public int Window;
    public float Scale;

    /// <summary>Query heads that share a key-value head.</summary>
    public readonly int Group => Heads / KvHeads;

    private readonly int Width => (Heads + (2 * KvHeads)) * Head;

    private readonly int ElementBytes => IsHalf ? sizeof(Half) : sizeof(float);

    /// <summary>Rotates tokens' queries and keys to their positions, and writes keys and values to the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Write(AttentionShare share)
    {
        var kvHead = share.KvHead;
        var rotated = stackalloc float[Head];
        for (var token = 0; token < share.Count; token++)
        {
            var x = Qkv + ((long)share.Row + token) * Width;
            var position = share.Position + token;
            var query = Query + (((long)share.Row + token) * Heads + (kvHead * Group)) * Head;
            for (var head = 0; head < Group; head++)
            {
                Rotate(x + (((kvHead * Group) + head) * Head), query + (head * Head), position, Scale);
            }

            Rotate(x + ((Heads + kvHead) * Head), rotated, position, 1);
            Store(rotated, Slot(Key, share.Slot, kvHead, position));
            Store(x + ((Heads + KvHeads + kvHead) * Head), Slot(Value, share.Slot, kvHead, position));
        }
    }

    /// <summary>Outputs of tokens for the query heads of a key-value head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Attend(AttentionShare share)
    {
        var (kvHead, past, count) = (share.KvHead, share.Position, share.Count);
        var (start, end) = (Math.Max(0, past + 1 - Window) / Keys * Keys, past + count);
        var stride = (end - start + Keys - 1) / Keys * Keys;
        var queries = count * Group;
        var tile = (float*)Scratch.OfShare((((long)Keys * Head) + ((long)queries * (stride + Head + 1))) * sizeof(float));
        var scores = tile + (Keys * Head);
        var sums = scores + ((long)queries * stride);
        var query = Query + ((long)share.Row * Heads + (kvHead * Group)) * Head;
        for (var at = start; at < end; at += Keys)
        {
            var keys = Load(Key, share.Slot, kvHead, at, Math.Min(Keys, end - at), tile);
            for (var token = FirstThatSees(at, past); token < count && Sees(past + token, at); token++)
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
            var length = past + (i / Group) + 1;
            AttentionProducts.Softmax(scores + ((long)i * stride), Math.Max(0, length - Window) - start, length - start, sums + ((long)queries * Head) + i);
        }

        new Span<float>(sums, queries * Head).Clear();
        for (var at = start; at < end; at += Keys)
        {
            var values = Load(Value, share.Slot, kvHead, at, Math.Min(Keys, end - at), tile);
            var i = FirstThatSees(at, past) * Group;
            var last = i;
            while (last < queries && Sees(past + (last / Group), at))
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
            var output = Output + (((long)share.Row + token) * Heads + (kvHead * Group) + head) * Head;
            var inverse = Vector512.Create(1 / sums[(queries * Head) + i]);
            for (var at = 0; at < Head; at += Vector512<float>.Count)
            {
                (Vector512.Load(sums + (i * Head) + at) * inverse).Store(output + at);
            }
        }
    }

    /// <summary>Among a share's tokens the first that is not before a tile of keys.</summary>
    private static int FirstThatSees(int at, int past) => Math.Max(0, at - past);

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

    private readonly byte* Slot(byte* cache, int slot, int kvHead, int position) =>
        cache + (((((long)slot * KvHeads) + kvHead) * Capacity) + position) * Head * ElementBytes;

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
    private readonly float* Load(byte* cache, int slot, int kvHead, int position, int count, float* tile)
    {
        var source = Slot(cache, slot, kvHead, position);
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
