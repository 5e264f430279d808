using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Saves a conversation's record, one write after another. An answer waits for its write a second at most: a store that is restarting must
/// not hold up streams, and the conversation goes on from memory while its grain lives.
/// </summary>
internal sealed class ConversationWriter(IPersistentState<ConversationState> record, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private Task _last = Task.CompletedTask;

    public async Task WriteAsync(string requestId)
    {
        var write = _last = WriteAfterAsync(_last, requestId);
        await write.WaitAsync(Patience, time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (!write.IsCompleted)
            logger.ConversationSavedLate(requestId);
    }

    private async Task WriteAfterAsync(Task previous, string requestId)
    {
        await previous;
        try
        {
            await record.WriteStateAsync();
        }
        catch (Exception e)
        {
            logger.ConversationNotSaved(e, requestId);
        }
    }
}
