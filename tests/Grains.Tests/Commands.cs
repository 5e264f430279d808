using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;

namespace VisionCluster.Grains.Tests;

/// <summary>Short ways to write commands and read streams.</summary>
internal static class Commands
{
    private static int _requests;

    public static GenerateCommand Say(params ConversationPart[] parts) => new()
    {
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

    public static int[] Ids(this List<GenerationEvent> events) => [.. events.Where(e => e.Token is not null).Select(e => e.Token!.Id)];

    public static GenerationEnd End(this List<GenerationEvent> events) => events[^1].Finished!.End;

    public static Refusal Refusal(this List<GenerationEvent> events) => Assert.Single(events).Refusal!;
}
