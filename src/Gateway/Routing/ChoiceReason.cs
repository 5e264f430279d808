namespace VisionCluster.Gateway.Routing;

/// <summary>Why an answer went to its device.</summary>
internal enum ChoiceReason
{
    /// <summary>It has the most room.</summary>
    Load,

    /// <summary>It holds the prompt's beginning.</summary>
    Prefix,

    /// <summary>Of equals: all gateways send prompts that begin so to it, so that the next ones find theirs there; it encodes their first picture.</summary>
    Home,

    /// <summary>The conversation is there.</summary>
    Session,

    /// <summary>Another holds the prompt's beginning, and is too busy.</summary>
    Busy,
}
