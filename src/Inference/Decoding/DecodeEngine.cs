namespace VisionCluster.Inference.Decoding;

/// <summary>
/// One device's continuous batch: schedule, run, complete, on a thread of its own. Sequences join between two steps, prompts are
/// prefilled in chunks between decode steps, and a finished or cancelled sequence frees its slot before the next step.
/// </summary>
public sealed class DecodeEngine : IAsyncDisposable
{
    /// <summary>Submits a generation; refused at once, with the reason, when it cannot be served.</summary>
    public SubmitResult Submit(GenerationRequest request) => throw new NotImplementedException();

    /// <summary>Opens a conversation. It owns no KV until its first generation.</summary>
    public DecodeSession OpenSession() => throw new NotImplementedException();

    /// <summary>Counters of this moment.</summary>
    public DecodeEngineStatus Status => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>Load of an engine.</summary>
public readonly record struct DecodeEngineStatus(int Slots, int SlotsFree, int SlotsIdle, int Running, int Waiting);

/// <summary>Outcome of <see cref="DecodeEngine.Submit"/>.</summary>
public readonly record struct SubmitResult(SubmitOutcome Outcome, Generation? Generation, string? Message, TimeSpan? RetryAfter);

public enum SubmitOutcome
{
    Accepted,

    /// <summary>The waiting queue is full: retry later.</summary>
    QueueFull,

    /// <summary>Prompt (plus one token) does not fit the context.</summary>
    PromptTooLong,

    /// <summary>The session is generating already.</summary>
    SessionBusy,

    /// <summary>The engine is stopping or its device failed.</summary>
    Unavailable,
}
