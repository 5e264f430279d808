using Orleans.Concurrency;

namespace VisionCluster.Contracts.Grains;

/// <summary>
/// One conversation: its record and its hold on KV. Its key is made by <see cref="DecoderKey"/>. One generation runs at a time.
/// </summary>
[Alias("visioncluster.IDecoderGrain")]
public interface IDecoderGrain : IGrainWithStringKey
{
    /// <summary>
    /// Appends messages to the conversation and answers. The stream is one of: <see cref="GenerationEventKind.Refused"/> alone,
    /// <see cref="GenerationEventKind.ImagesNeeded"/> alone (call again with those embeddings), or
    /// <see cref="GenerationEventKind.Accepted"/>, tokens, <see cref="GenerationEventKind.Finished"/>. Cancelling the token, or disposing
    /// the enumerator, stops the generation within one decode step and rolls the turn back.
    /// </summary>
    [Alias("Generate")]
    IAsyncEnumerable<GenerationEvent> Generate(GenerateCommand command, CancellationToken cancellationToken = default);

    /// <summary>Ends the running generation as its caller's wish: the stream finishes with <see cref="GenerationEnd.Cancelled"/>.</summary>
    /// <returns>False when no generation of that id is running here.</returns>
    [Alias("Cancel"), AlwaysInterleave]
    Task<bool> Cancel(string requestId);
}
