namespace VisionCluster.Gateway.Routing;

/// <summary>Why an answer went to its device.</summary>
internal enum ChoiceReason
{
    /// <summary>It has the most room.</summary>
    Load,

    /// <summary>It holds the prompt's beginning.</summary>
    Prefix,

    /// <summary>Of equals: it encodes the prompt's first picture, so that all gateways send prompts about one picture to one device.</summary>
    Picture,

    /// <summary>The conversation is there.</summary>
    Session,

    /// <summary>Another holds the prompt's beginning, and is too busy.</summary>
    Busy,
}
