using VisionCluster.Inference.Decoding;

namespace VisionCluster.Cli.Bench.Clients;

/// <summary>One greedy generation of exactly so many tokens: nothing ends it earlier.</summary>
internal sealed record BenchRequest(BenchPrompt Prompt, int OutputTokens)
{
    /// <summary>Called with each token's number from 1 on, on the reader's thread.</summary>
    public Action<int>? OnToken { get; init; }

    /// <summary>Whose keys and values may be shared (engine alone).</summary>
    public string? CacheScope { get; init; }

    /// <summary>The conversation that it continues (engine alone).</summary>
    public DecodeSession? Session { get; init; }
}
