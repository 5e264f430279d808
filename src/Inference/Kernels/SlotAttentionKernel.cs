using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Kernels;

/// <summary>
/// Attends in shares of one sequence, one key-value head and a few tokens. What a token gets does not depend on who shares its run: whatever
/// chunks a prompt is cut into, and whether an answer is decoded or read again, alone or beside others' prompts, its keys, values and outputs
/// are the same bits.
/// </summary>
internal sealed unsafe class SlotAttentionKernel : IKernel
{
    private const int WriteTokens = 16;
    private const int MostTokens = 16; // of a share
    private const int ShareScores = 32 * 1024; // floats, so that they stay in a core's cache

    public required bool IsHalf { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required float Scale { get; init; }

    public required int Window { get; init; }

    public void Compute(KernelContext context)
    {
        Span<long> shape = stackalloc long[KernelContext.MaxSides];
        Span<long> cache = stackalloc long[KernelContext.MaxSides];
        Span<long> runs = stackalloc long[KernelContext.MaxSides];
        var qkv = context.Input<float>(0, shape, out _);
        var key = context.Input<byte>(1, cache, out _);
        var value = context.Input<byte>(2);
        var run = (SlotRun*)context.Input<int>(3, runs, out _);
        var (tokens, head, count) = ((int)shape[1], (int)cache[3], (int)runs[0]);
        if (shape[0] != 1 || shape[2] != (Heads + (2 * KvHeads)) * head || cache[1] != KvHeads || runs[1] * sizeof(int) != sizeof(SlotRun))
        {
            throw new InvalidOperationException(
                $"qkv [{shape[0]}, {tokens}, {shape[2]}] does not fit a cache of [{string.Join(", ", cache.ToArray())}] and {Heads} heads.");
        }

        Check(new ReadOnlySpan<SlotRun>(run, count), tokens, (int)cache[0], (int)cache[2]);
        var rotated = Scratch.Align((long)tokens * Heads * head * sizeof(float));
        var scratch = Scratch.OfNode(rotated + ((long)tokens * KvHeads * sizeof(AttentionShare)));
        var job = new AttentionJob
        {
            Qkv = qkv,
            Key = key,
            Value = value,
            Cosine = context.Input<float>(4),
            Sine = context.Input<float>(5),
            Query = (float*)scratch,
            Output = context.Output<float>(0, [1, tokens, (long)Heads * head]),
            Shares = (AttentionShare*)(scratch + rotated),
            IsHalf = IsHalf,
            Heads = Heads,
            KvHeads = KvHeads,
            Head = head,
            Capacity = (int)cache[2],
            Scale = Scale,
            Window = Window == 0 ? int.MaxValue : Window,
        };
        if (context.Output<byte>(1, cache) != key || context.Output<byte>(2, cache) != value)
        {
            throw new InvalidOperationException("Past and present must be bound to the same memory.");
        }

        // Tokens of one run see each other's keys, so that all must be written first; a lone token sees only its own, and writes them itself.
        var shares = 0;
        for (var (i, row) = (0, 0); i < count; row += run[i++].Tokens)
        {
            shares += run[i].Tokens == 1 ? 0 : Share(run[i], row, WriteTokens, job.Shares + shares);
        }

        context.ParallelFor(&Write, shares, &job);
        shares = 0;
        for (var (i, row) = (0, 0); i < count; row += run[i++].Tokens)
        {
            var most = ShareScores / (job.Group * (run[i].Past + run[i].Tokens));
            shares += Share(run[i], row, Math.Clamp(most, 1, MostTokens), job.Shares + shares);
        }

        context.ParallelFor(&Attend, shares, &job);
    }

    private static void Check(ReadOnlySpan<SlotRun> runs, int tokens, int slots, int capacity)
    {
        var left = (long)tokens;
        foreach (var run in runs)
        {
            left -= run.Tokens;
            if (run.Tokens < 1 || run.Past < 0 || (uint)run.Slot >= (uint)slots || (long)run.Past + run.Tokens > capacity)
            {
                throw new InvalidOperationException(
                    $"Slot {run.Slot} of {slots} would hold {(long)run.Past + run.Tokens} tokens after {run.Tokens} new ones; a slot holds {capacity}.");
            }
        }

        if (left != 0)
        {
            throw new InvalidOperationException($"Runs have {tokens - left} tokens; qkv has {tokens}.");
        }
    }

    /// <summary>Writes a sequence's shares; returns how many.</summary>
    private int Share(SlotRun run, int row, int tokens, AttentionShare* shares)
    {
        var count = 0;
        for (var head = 0; head < KvHeads; head++)
        {
            for (var first = 0; first < run.Tokens; first += tokens)
            {
                shares[count++] = new AttentionShare(run.Slot, row + first, run.Past + first, head, Math.Min(tokens, run.Tokens - first), run.Tokens == 1);
            }
        }

        return count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(void* state, nuint index)
    {
        var job = (AttentionJob*)state;
        job->Write(job->Shares[index]);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Attend(void* state, nuint index)
    {
        var job = (AttentionJob*)state;
        var share = job->Shares[index];
        if (share.IsAlone)
        {
            job->Write(share);
        }

        job->Attend(share);
    }

    /// <summary>A row of the operator's fourth input.</summary>
    private readonly record struct SlotRun(int Slot, int Past, int Tokens);
}
