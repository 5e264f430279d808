using Orleans.Concurrency;

namespace VisionCluster.Contracts.Grains;

/// <summary>
/// One conversation: its record and its hold on KV. Its key is made by <see cref="DecoderKey"/>. One generation runs at a time. The answer
/// grows in a log that is read by position, so a reader that lost its connection, or another one, goes on where it stopped; every call may
/// be repeated.
/// </summary>
[Alias("visioncluster.IDecoderGrain")]
public interface IDecoderGrain : IGrainWithStringKey
{
    /// <summary>
    /// Appends messages to the conversation and starts to answer, or to go on with an answer that another activation began
    /// (<see cref="GenerateCommand.Answered"/>). It may come with the first call to <see cref="Follow"/> (<see cref="GenerateCommand.Reader"/>).
    /// The same caller may repeat it.
    /// </summary>
    [Alias("Start"), ResponseTimeout("00:00:15")]
    Task<StartReply> Start(GenerateCommand command, CancellationToken cancellationToken = default);

    /// <summary>What the log holds from a position on; waits half a second at most for something to come.</summary>
    /// <param name="requestId">Of the generation.</param>
    /// <param name="next">Index of the first token wanted.</param>
    [Alias("Read"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<GenerationChunk> Read(string requestId, int next);

    /// <summary>
    /// Pushes what the log holds from a position on, and what it grows by while the call lasts: six seconds, or less if the answer goes on
    /// elsewhere, is no longer held, a window of tokens has been pushed, or the reader calls again, from where it is. It does so before the
    /// call ends, or when nothing has come for a while: the earlier call's reply says that the silo lives, and what may have been lost.
    /// </summary>
    /// <param name="requestId">Of the generation.</param>
    /// <param name="next">Index of the first token wanted; −1 to hear also that the prompt was taken.</param>
    /// <param name="sink">Where to; one for each gateway, so that answers share messages.</param>
    /// <param name="reader">Marks the pieces.</param>
    /// <returns>
    /// From the position on what the log held when the call came, so that a reader notices what has not reached it meanwhile; all it holds
    /// if the answer goes on elsewhere, or, from the position of the reader's next call on, if there is one.
    /// </returns>
    [Alias("Follow"), AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<GenerationChunk> Follow(string requestId, int next, IAnswerSink sink, long reader);

    /// <summary>Makes the caller the one whose <see cref="Abandon"/> and <see cref="Release"/> count from now on.</summary>
    /// <returns>What was asked, without embeddings; null when no generation of that id is known here.</returns>
    [Alias("Attach"), AlwaysInterleave]
    Task<GenerateCommand?> Attach(string requestId, Guid caller);

    /// <summary>Looks into the cluster's store for a generation that no silo and no gateway knows any more.</summary>
    /// <returns>
    /// What <see cref="Start"/> takes to go on with it, but for embeddings and a caller; null when none of that id is kept there, or another one is here.
    /// </returns>
    [Alias("Recover"), AlwaysInterleave]
    Task<GenerateCommand?> Recover(string requestId);

    /// <summary>Ends the running generation as its user's wish: it finishes with <see cref="GenerationEnd.Cancelled"/>.</summary>
    /// <returns>False when no generation of that id is running here.</returns>
    [Alias("Cancel"), AlwaysInterleave]
    Task<bool> Cancel(string requestId);

    /// <summary>Nobody wants the answer any more: stops within one decode step, and the turn never happened.</summary>
    [Alias("Abandon"), AlwaysInterleave]
    Task Abandon(string requestId, Guid caller);

    /// <summary>The end has reached the client: the log may go.</summary>
    [Alias("Release"), AlwaysInterleave, OneWay]
    Task Release(string requestId, Guid caller);
}
