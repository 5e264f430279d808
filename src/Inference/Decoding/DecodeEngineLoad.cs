namespace VisionCluster.Inference.Decoding;

/// <summary>What tells how long a new generation would wait. Rates are 0 until something was measured.</summary>
/// <param name="MaxWaiting">Generations that may wait.</param>
/// <param name="Submitted">Generations taken since the engine started.</param>
/// <param name="KvTokensFree">Tokens whose KV there is room for beside what runs.</param>
/// <param name="PrefillTokensPerSecond">While a prompt runs.</param>
/// <param name="DecodeTokensPerSecond">Of all sequences together, in the largest company lately.</param>
/// <param name="MeanOutputTokens">Of recent complete answers.</param>
/// <param name="Waiting">By tenant and priority, in no order.</param>
public sealed record DecodeEngineLoad(
    int MaxWaiting,
    long Submitted,
    long KvTokensFree,
    double PrefillTokensPerSecond,
    double DecodeTokensPerSecond,
    double MeanOutputTokens,
    IReadOnlyList<WaitingWork> Waiting);
