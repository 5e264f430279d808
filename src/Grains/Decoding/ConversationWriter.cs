using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Storage;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Saves a conversation's record, one write after another. An answer waits for its write a second at most: a store that is restarting must
/// not hold up streams, and the conversation goes on from memory while its grain lives.
/// </summary>
/// <param name="record">The grain's.</param>
/// <param name="stateName">Its name in the store.</param>
/// <param name="context">The grain's.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Where failures go: nobody waits for the write.</param>
internal sealed class ConversationWriter(
    IPersistentState<ConversationState> record, string stateName, IGrainContext context, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private Task _last = Task.CompletedTask;
    private bool _isUncertain; // a write failed: the store may have taken it all the same, and then its version is not the one known here

    public async Task WriteAsync(string requestId)
    {
        var write = _last = WriteAfterAsync(_last, requestId);
        await write.WaitAsync(Patience, time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (!write.IsCompleted)
            logger.ConversationSavedLate(requestId);
    }

    private static bool IsBeginning(List<ConversationMessage> stored, List<ConversationMessage> whole) =>
        stored.Count <= whole.Count
        && stored.Zip(whole).All(pair => pair.First.Role == pair.Second.Role && pair.First.Parts.AsSpan().SequenceEqual(pair.Second.Parts));

    private async Task WriteAfterAsync(Task previous, string requestId)
    {
        await previous;
        try
        {
            if (_isUncertain)
                await WriteOverAsync();
            else
                await record.WriteStateAsync();
        }
        catch (Exception e)
        {
            _isUncertain = true;
            logger.ConversationNotSaved(e, requestId);
        }
    }

    /// <summary>Reads the version that the store has, and replaces it, unless somebody else's turns are in it.</summary>
    private async Task WriteOverAsync()
    {
        var storage = context.ActivationServices.GetRequiredKeyedService<IGrainStorage>(DecoderGrain.StorageName);
        var stored = new GrainState<ConversationState>(new ConversationState());
        await storage.ReadStateAsync(stateName, context.GrainId, stored);
        var messages = stored.State?.Messages ?? []; // none if the write never came
        if (!IsBeginning(messages, record.State.Messages) && !IsBeginning(record.State.Messages, messages)) // or a turn was undone
            throw new InconsistentStateException("Another activation has written this conversation.");
        stored.State = record.State;
        await storage.WriteStateAsync(stateName, context.GrainId, stored);
    }
}
