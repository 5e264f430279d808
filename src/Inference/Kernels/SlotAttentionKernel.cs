using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Kernels;

/// <summary>
/// Attends in shares of one row, one key-value head and a few tokens. What a token gets does not depend on who shares its run: whatever
/// chunks a prompt is cut into, and whether an answer is decoded or read again, its keys, values and outputs are the same bits.
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
        var qkv = context.Input<float>(0, shape, out _);
        var key = context.Input<byte>(1, cache, out _);
        var value = context.Input<byte>(2);
        var (batch, tokens, head) = ((int)shape[0], (int)shape[1], (int)cache[3]);
        if (shape[2] != (Heads + (2 * KvHeads)) * head || cache[0] != batch || cache[1] != KvHeads)
        {
            throw new InvalidOperationException(
                $"qkv [{batch}, {tokens}, {shape[2]}] does not fit a cache of [{string.Join(", ", cache.ToArray())}] and {Heads} heads.");
        }

        var rotated = Scratch.Align((long)batch * tokens * Heads * head * sizeof(float));
        var job = new AttentionJob
        {
            Qkv = qkv,
            Key = key,
            Value = value,
            Lengths = context.Input<int>(3),
            Cosine = context.Input<float>(4),
            Sine = context.Input<float>(5),
            Query = (float*)Scratch.OfNode(rotated),
            Output = context.Output<float>(0, [batch, tokens, (long)Heads * head]),
            IsHalf = IsHalf,
            Tokens = tokens,
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

        var longest = 0;
        for (var row = 0; row < batch; row++)
        {
            longest = Math.Max(longest, job.Lengths[row] + 1);
            if (job.Lengths[row] + 1 < tokens || job.Lengths[row] >= job.Capacity)
            {
                throw new InvalidOperationException($"Row {row} would hold {job.Lengths[row] + 1L} tokens after {tokens} new ones; a slot holds {job.Capacity}.");
            }
        }

        if (tokens == 1)
        {
            context.ParallelFor(&Step, batch * KvHeads, &job);
            return;
        }

        job.ShareTokens = WriteTokens;
        context.ParallelFor(&Write, batch * KvHeads * job.Shares, &job);
        job.ShareTokens = Math.Clamp(ShareScores / (job.Group * longest), 1, MostTokens);
        context.ParallelFor(&Attend, batch * KvHeads * job.Shares, &job);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Step(void* state, nuint index)
    {
        var job = (AttentionJob*)state;
        var (row, head) = Math.DivRem((int)index, job->KvHeads);
        job->Write(row, head, 0, 1);
        job->Attend(row, head, 0, 1);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(void* state, nuint index)
    {
        var job = (AttentionJob*)state;
        var (row, head, first, count) = job->Share((int)index);
        job->Write(row, head, first, count);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Attend(void* state, nuint index)
    {
        var job = (AttentionJob*)state;
        var (row, head, first, count) = job->Share((int)index);
        job->Attend(row, head, first, count);
    }
}
