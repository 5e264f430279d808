using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>Short ways to ask an engine.</summary>
internal static class Engines
{
    public static GenerationRequest Request(int[] prompt, int maxTokens, DecodeSession? session = null) => new()
    {
        RequestId = "r",
        Prompt = new PromptTokens { Ids = prompt },
        Stop = new StopOptions { MaxTokens = maxTokens },
        Text = new LetterStream(),
        Session = session,
    };

    public static Generation Start(this DecodeEngine engine, GenerationRequest request)
    {
        var result = engine.Submit(request);
        Assert.Equal(SubmitOutcome.Accepted, result.Outcome);
        return result.Generation!;
    }

    public static Task<Answer> Run(this DecodeEngine engine, GenerationRequest request) => engine.Start(request).Read();

    public static async Task<Answer> Read(this Generation generation)
    {
        var result = await generation.Result.Or("the generation ended");
        var updates = new List<GenerationUpdate>();
        await foreach (var update in generation.Updates.ReadAllAsync())
            updates.Add(update);
        return new Answer(result, updates);
    }

    /// <summary>What the request yields alone on a fresh engine, in one chunk and without a session.</summary>
    public static async Task<Answer> Alone(GenerationRequest request, int capacity, int vocabulary = 32)
    {
        await using var engine = new DecodeEngine(
            new HistoryRunner(1, capacity, vocabulary), new DecodeEngineOptions { PrefillChunkTokens = capacity });
        return await engine.Run(request with { Session = null, TimeLeft = null, Text = new LetterStream() });
    }

    public static SamplingOptions Random(ulong seed) => new() { Temperature = 1, Seed = seed };
}

/// <summary>A finished generation.</summary>
internal sealed record Answer(GenerationResult Result, List<GenerationUpdate> Updates)
{
    public int[] Tokens => [.. Updates.Select(update => update.TokenId)];

    public string Text => string.Concat(Updates.Select(update => update.Text)) + Result.Text;
}
