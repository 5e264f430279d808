using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;

namespace VisionCluster.Grains.Tests;

/// <summary>Short ways to write commands and read streams.</summary>
internal static class Commands
{
    private static int _requests;

    public static GenerateCommand Say(params ConversationPart[] parts) => new()
    {
        Caller = Guid.NewGuid(),
        RequestId = $"r{Interlocked.Increment(ref _requests)}",
        Model = "fake",
        Revision = "r1",
        Messages = [new ConversationMessage("user", parts)],
        Stop = new StopParameters { MaxTokens = 10, IgnoreEndOfSequence = true },
    };

    public static GenerateCommand Say(string text) => Say(ConversationPart.OfText(text));

    public static KeyedEmbedding Embedding(string key) => new(
        key,
        new EmbeddingData(0, 0, FakeModelHost.TokensPerImage, new byte[FakeModelHost.EmbeddingBytes]));

    public static async Task<List<GenerationEvent>> RunAsync(this IDecoderGrain grain, GenerateCommand command)
    {
        var events = new List<GenerationEvent>();
        await Read().Within("the generation ends");
        return events;

        async Task Read()
        {
            await foreach (var item in grain.Generate(command))
                events.Add(item);
        }
    }

    /// <summary>As a gateway does it: start, read to the end; a reader that leaves early abandons.</summary>
    public static async IAsyncEnumerable<GenerationEvent> Generate(this IDecoderGrain grain, GenerateCommand command)
    {
        var reply = await grain.Start(command);
        if (reply.Refusal is { } refusal)
            yield return GenerationEvent.Of(refusal);
        if (reply.ImagesNeeded is { } keys)
            yield return GenerationEvent.OfNeeded(keys);
        if (!reply.IsRunning)
            yield break;
        var (next, ended) = (-1, false);
        try
        {
            while (!ended)
            {
                var chunk = await grain.Read(command.RequestId, next);
                Assert.Equal(GenerationState.Known, chunk.State);
                if (next < 0 && chunk.Accepted is { } accepted)
                {
                    next = 0;
                    yield return GenerationEvent.Of(accepted);
                }

                foreach (var token in chunk.Tokens)
                {
                    Assert.Equal(next++, token.Index);
                    yield return GenerationEvent.Of(token);
                }

                if (chunk.Finished is { } finished)
                {
                    ended = true;
                    yield return GenerationEvent.Of(finished);
                }
            }

            await grain.Release(command.RequestId, command.Caller);
        }
        finally
        {
            if (!ended)
                await grain.Abandon(command.RequestId, command.Caller);
        }
    }

    public static int[] Ids(this List<GenerationEvent> events) => [.. events.Where(e => e.Token is not null).Select(e => e.Token!.Id)];

    public static GenerationEnd End(this List<GenerationEvent> events) => events[^1].Finished!.End;

    public static Refusal Refusal(this List<GenerationEvent> events) => Assert.Single(events).Refusal!;
}
