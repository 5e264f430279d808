using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Decoding;

/// <summary>One generation's state between submission and result. Built by the submitter, then owned by the engine's thread.</summary>
internal sealed class SequenceState
{
    private readonly bool _isExact;

    public SequenceState(GenerationRequest request, int slotCapacity, int vocabularySize, bool isExact = false)
    {
        (Request, _isExact) = (request, isExact);
        var prompt = request.Prompt;
        var answered = prompt.Ids.AsSpan(^request.AnsweredTokens..);
        var asked = prompt.Ids.AsSpan(..^request.AnsweredTokens);
        MaxTokens = Math.Min(request.Stop.MaxTokens - request.AnsweredTokens, slotCapacity - prompt.Ids.Length);
        Generation = new Generation(request, MaxTokens);
        Kv = request.Session?.Kv ?? new KvEntry();
        var remembered = request.Session is not null || request.CacheScope is not null;
        Identities = remembered ? TokenIdentity.OfPrompt(prompt, MaxTokens) : [];
        History = new int[prompt.Ids.Length + MaxTokens];
        prompt.Ids.CopyTo(History, 0);
        Embedder = new PromptEmbedder(prompt, History);
        Sampling = new SamplingState(request.Sampling, request.Stop, asked, answered.Length + MaxTokens, vocabularySize);
        Matcher = new StopMatcher(request.Stop.StopStrings);
        foreach (var id in answered)
            EndedBefore ??= TokenDelivery.Replay(this, id);
    }

    public GenerationRequest Request { get; }

    public Generation Generation { get; }

    public KvEntry Kv { get; }

    /// <summary>The prompt's, with room for the answer's; empty where nobody will ask.</summary>
    public TokenIdentity[] Identities { get; }

    public PromptEmbedder Embedder { get; }

    /// <summary>The prompt's ids and the answer's: the first <see cref="HistoryTokens"/> are known.</summary>
    public int[] History { get; }

    public int HistoryTokens => PromptTokens + Generated;

    /// <summary>
    /// Tokens to prefill. What is known of the answer belongs to them where that makes no difference; elsewhere it runs again by single
    /// steps, as it did when it was generated, so that what follows is the same to the last bit.
    /// </summary>
    public int PrefillTokens => _isExact ? HistoryTokens : AskedTokens;

    /// <summary>The answer has begun, and nothing is missing before it: the sequence goes on by single steps.</summary>
    public bool IsPrefilled => Kv.Tokens >= AskedTokens && Kv.Tokens >= Math.Min(PrefillTokens, HistoryTokens - 1);

    /// <summary>Tokens of the prompt without the answer's beginning.</summary>
    public int AskedTokens => Math.Max(1, PromptTokens - Request.AnsweredTokens);

    /// <summary>KV of its first tokens from another engine, until it starts.</summary>
    public CarriedKv? Carried { get; set; }

    /// <summary>How often guesses were right.</summary>
    public DraftRecord Drafts { get; } = new();

    public SamplingState Sampling { get; }

    public StopMatcher Matcher { get; }

    /// <summary>Tokens to come: the request's, clamped to the slot.</summary>
    public int MaxTokens { get; }

    /// <summary>Set if the answered tokens are the whole answer already.</summary>
    public FinishReason? EndedBefore { get; }

    /// <summary>Tokens generated here.</summary>
    public int Generated => Sampling.Generated - Request.AnsweredTokens;

    /// <summary>Order of submission.</summary>
    public long Arrival { get; set; }

    public int PromptTokens => Request.Prompt.Ids.Length;

    public int CachedTokens { get; set; }

    /// <summary>Tokens that it was expected to generate when it last began to wait.</summary>
    public int ForeseenOutput { get; set; }

    /// <summary>The token that runs in the next decode step: the newest, or one that was generated before and is being rebuilt.</summary>
    public int NextInput => History[Kv.Tokens];

    public long SubmittedAt { get; set; }

    /// <summary>0 until the first prefill chunk.</summary>
    public long PrefillStartedAt { get; set; }

    /// <summary>0 until the first token.</summary>
    public long FirstTokenAt { get; set; }

    public long LastTokenAt { get; set; }
}
