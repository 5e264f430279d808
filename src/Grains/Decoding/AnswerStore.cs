using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Storage;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Answers that are under way, in the cluster's Redis: for those whose silo and gateway die together. Off unless
/// <see cref="DecoderOptions.StoredAnswerAge"/> says how long. Thread-safe.
/// </summary>
internal sealed class AnswerStore(SharedStore store, IOptions<DecoderOptions> options, TimeProvider time)
{
    private readonly TimeSpan _age = options.Value.StoredAnswerAge;

    /// <returns>Keeps the answer as it grows; null when none are kept.</returns>
    public AnswerKeeper? Begin(string grainKey, GenerateCommand command) =>
        _age > TimeSpan.Zero ? new AnswerKeeper(store, KeyOf(grainKey, command.RequestId), command, _age, time) : null;

    /// <summary>What was asked, and the tokens that are known to have been out; its silo counts as one that died.</summary>
    /// <returns>Null when no such answer is kept, or its deadline has passed.</returns>
    public async Task<GenerateCommand?> FindAsync(string grainKey, string requestId)
    {
        if (_age <= TimeSpan.Zero || await store.FindAsync<StoredAnswer>(KeyOf(grainKey, requestId)) is not { } stored)
            return null;
        var passed = time.GetUtcNow() - stored.At; // by two machines' clocks
        var left = stored.Command.TimeLeft - (passed > TimeSpan.Zero ? passed : TimeSpan.Zero);
        return left <= TimeSpan.Zero ? null : stored.Command with { TimeLeft = left, Deaths = stored.Command.Deaths + 1 };
    }

    // Of the answer, not of the session: a turn that is being forgotten must not take the next one along. Ids have no slash.
    private static string KeyOf(string grainKey, string requestId) => $"answer/{grainKey}/{requestId}";
}
