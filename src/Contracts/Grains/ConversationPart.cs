namespace VisionCluster.Contracts.Grains;

/// <summary>A text, or an image by key: one of the two is set.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.ConversationPart")]
public readonly record struct ConversationPart([property: Id(0)] string? Text, [property: Id(1)] string? ImageKey)
{
    public static ConversationPart OfText(string text) => new(text, null);

    public static ConversationPart OfImage(string key) => new(null, key);
}
