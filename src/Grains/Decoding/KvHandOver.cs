using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace VisionCluster.Grains.Decoding;

/// <summary>One on each silo, called by its address: no placement, which a leaving silo is left out of.</summary>
[Reentrant]
internal sealed class KvHandOver(GrainId id, Orleans.Runtime.Silo silo, ILoggerFactory loggers, LeavingKv leaving)
    : GrainService(id, silo, loggers), IKvHandOver
{
    /// <summary>Of a message, far below what Orleans lets through.</summary>
    internal const int MaxPartBytes = 4 << 20;

    public Task<KvPart?> Take(Guid id, int firstBlock)
    {
        if (leaving.Find(id) is not { } kv || firstBlock < 0 || firstBlock >= kv.Blocks.Count)
            return Task.FromResult<KvPart?>(null);
        var (count, bytes) = (0, 0L);
        while (firstBlock + count < kv.Blocks.Count && (count == 0 || bytes + kv.Blocks[firstBlock + count].Length <= MaxPartBytes))
            bytes += kv.Blocks[firstBlock + count++].Length;
        var isLast = firstBlock + count == kv.Blocks.Count;
        if (isLast)
            leaving.Remove(id);
        return Task.FromResult<KvPart?>(new KvPart(kv.Format, kv.Tokens, kv.Digest, [.. kv.Blocks.Skip(firstBlock).Take(count)], isLast));
    }
}
