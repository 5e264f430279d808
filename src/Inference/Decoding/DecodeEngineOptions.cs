namespace VisionCluster.Inference.Decoding;

/// <summary>Limits of a <see cref="DecodeEngine"/>.</summary>
public sealed record DecodeEngineOptions
{
    /// <summary>Generations that may wait for a slot; more are refused. Default 256.</summary>
    public int MaxWaiting { get; init; } = 256;

    /// <summary>Most prompt tokens run between two decode steps: what a running answer may have to wait for. Default 256.</summary>
    public int PrefillChunkTokens { get; init; } = 256;

    /// <summary>
    /// How long a prompt's chunk may keep running answers waiting, in decode steps: chunks are made shorter until they take no longer, so
    /// that the gap between two tokens grows to some (1 + this) steps, whether the chunk runs between two steps or together with one.
    /// Default 1.5: some gaps are longer than planned, and few should be longer than three steps.
    /// </summary>
    public double MaxStallSteps { get; init; } = 1.5;

    /// <summary>Fewest tokens of a chunk however slow the device is: smaller ones waste it. Default 16.</summary>
    public int MinChunkTokens { get; init; } = 16;

    /// <summary>
    /// Tokens whose KV may be in memory at the same time, where memory is paid for by the page (<see cref="IDecoderRunner.PageTokens"/>); a
    /// whole context must fit. When running sequences outgrow it, the newest of the lowest priority is preempted: it loses its KV, waits, and
    /// goes on where it was. 0 (default): as many as the slots hold.
    /// </summary>
    public int KvBudgetTokens { get; init; }

    /// <summary>
    /// Main memory for KV of prompts whose slots have been given to others, shared within a <see cref="GenerationRequest.CacheScope"/>; the
    /// least recently used goes first. 0: none. Default 0.
    /// </summary>
    public long PrefixCacheBytes { get; init; }

    /// <summary>Tokens of a block of the prefix cache: beginnings are shared in whole blocks. Default 32.</summary>
    public int PrefixBlockTokens { get; init; } = 32;

    /// <summary>Default of <see cref="MaxDraftTokens"/> where guesses change nothing.</summary>
    public const int ExactDraftTokens = 8;

    /// <summary>
    /// Most tokens that a sequence that runs alone guesses from its own text and checks in one step; 0: none. Faster where answers quote their
    /// prompts. On a runner that is not <see cref="IDecoderRunner.IsExact"/> tokens that are checked together differ in the last bits from those
    /// that run one by one, so that once in a while a sequence says something else than in company. Null (default): <see cref="ExactDraftTokens"/>
    /// where that cannot happen, else 0.
    /// </summary>
    public int? MaxDraftTokens { get; init; }

    /// <summary>
    /// Fewest tokens for which KV is copied from another sequence of the same <see cref="GenerationRequest.CacheScope"/>. Default 16.
    /// </summary>
    public int MinSharedTokens { get; init; } = 16;

    /// <summary>Shortest and longest retry hint when the queue is full. Default 100 ms and 60 s.</summary>
    public TimeSpan MinRetryAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>See <see cref="MinRetryAfter"/>. Default 60 s.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The model's name in metrics. Default empty.</summary>
    public string Model { get; init; } = "";

    /// <summary>The device's name in metrics and of the thread, such as <c>cpu:0</c>. Default empty.</summary>
    public string Device { get; init; } = "";

    /// <summary>For tests: called on the engine's thread before a step runs, and after it.</summary>
    internal Action<DecodeStep>? BeforeStep { get; init; }

    internal Action<DecodeStep>? AfterStep { get; init; }

    /// <summary>For tests: drafts of this length whether or not they pay.</summary>
    internal int? FixedDraftTokens { get; init; }

    /// <summary>Everything that is wrong, one sentence each, naming the property and its value; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (MaxWaiting < 1)
            errors.Add($"{nameof(MaxWaiting)} must be at least 1, not {MaxWaiting}.");
        if (PrefillChunkTokens < 1)
            errors.Add($"{nameof(PrefillChunkTokens)} must be at least 1, not {PrefillChunkTokens}.");
        if (!(MaxStallSteps > 0) || !double.IsFinite(MaxStallSteps))
            errors.Add($"{nameof(MaxStallSteps)} must be more than 0, not {MaxStallSteps}.");
        if (MinChunkTokens < 1)
            errors.Add($"{nameof(MinChunkTokens)} must be at least 1, not {MinChunkTokens}.");
        if (KvBudgetTokens < 0)
            errors.Add($"{nameof(KvBudgetTokens)} must not be negative; it is {KvBudgetTokens}.");
        if (PrefixCacheBytes < 0)
            errors.Add($"{nameof(PrefixCacheBytes)} must not be negative; it is {PrefixCacheBytes}.");
        if (PrefixBlockTokens < 1)
            errors.Add($"{nameof(PrefixBlockTokens)} must be at least 1, not {PrefixBlockTokens}.");
        if (MaxDraftTokens is < 0 or > 64)
            errors.Add($"{nameof(MaxDraftTokens)} must be from 0 to 64; it is {MaxDraftTokens}.");
        if (MinSharedTokens < 1)
            errors.Add($"{nameof(MinSharedTokens)} must be at least 1, not {MinSharedTokens}.");
        if (MinRetryAfter < TimeSpan.Zero || MaxRetryAfter < MinRetryAfter)
            errors.Add($"{nameof(MinRetryAfter)} ({MinRetryAfter}) must be from 0 to {nameof(MaxRetryAfter)} ({MaxRetryAfter}).");
        return errors;
    }
}
