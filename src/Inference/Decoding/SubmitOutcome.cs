namespace VisionCluster.Inference.Decoding;

/// <summary>What became of a submission.</summary>
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
