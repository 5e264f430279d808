namespace VisionCluster.Models.Templates;

/// <summary>One turn of a conversation, in the shape that chat templates see. Role is <c>system</c>, <c>user</c> or <c>assistant</c>.</summary>
public sealed record ChatMessage(string Role, IReadOnlyList<ChatPart> Parts)
{
    public static ChatMessage OfText(string role, string text) => new(role, [new ChatPart.TextPart(text)]);
}

/// <summary>A piece of a message: text, or the place of an image.</summary>
public abstract record ChatPart
{
    private ChatPart()
    {
    }

    public sealed record TextPart(string Text) : ChatPart;

    public sealed record ImagePart : ChatPart;
}
