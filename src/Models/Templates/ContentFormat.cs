namespace VisionCluster.Models.Templates;

/// <summary>How a template wants a message's content.</summary>
internal enum ContentFormat
{
    /// <summary>One text.</summary>
    Text,

    /// <summary>A list of parts: <c>{'type': 'text', 'text': …}</c> and <c>{'type': 'image'}</c>.</summary>
    Parts,
}
