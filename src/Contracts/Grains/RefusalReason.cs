namespace VisionCluster.Contracts.Grains;

/// <summary>Why a grain did not do what was asked.</summary>
[GenerateSerializer, Alias("visioncluster.RefusalReason")]
public enum RefusalReason
{
    /// <summary>A bounded queue is full: retry later.</summary>
    QueueFull,

    /// <summary>Prompt (plus one token) does not fit the context.</summary>
    PromptTooLong,

    /// <summary>The session is generating already.</summary>
    SessionBusy,

    /// <summary>The session is bound to another model, or its record is full: start another session.</summary>
    SessionConflict,

    /// <summary>The messages cannot become a prompt for this model.</summary>
    InvalidPrompt,

    /// <summary>The image cannot be decoded or used.</summary>
    InvalidImage,

    /// <summary>A value that only the model can judge is out of range.</summary>
    InvalidArgument,

    /// <summary>The model is not on this silo (any more), or the silo is leaving: try another device.</summary>
    Unavailable,

    /// <summary>What a command names is not here.</summary>
    NotFound,

    /// <summary>The operator of this silo does not allow it.</summary>
    Forbidden,

    /// <summary>Not in the present state of things; the message says what comes first.</summary>
    FailedPrecondition,
}
