using VisionCluster.Models.Templates.Jinja;

namespace VisionCluster.Models.Templates;

/// <summary>Messages as templates see them.</summary>
internal static class MessageValues
{
    private static readonly JinjaString Role = JinjaString.Trusted("role");
    private static readonly JinjaString Content = JinjaString.Trusted("content");
    private static readonly JinjaString Type = JinjaString.Trusted("type");
    private static readonly JinjaString Text = JinjaString.Trusted("text");
    private static readonly JinjaString Image = JinjaString.Trusted("image");
    private static readonly JinjaString ReasoningContent = JinjaString.Trusted("reasoning_content");
    private static readonly JinjaString Thinking = JinjaString.Trusted("thinking");
    private static readonly JinjaString Reasoning = JinjaString.Trusted("reasoning");

    public static JinjaList From(IReadOnlyList<ChatMessage> messages, ContentFormat format) => new([.. messages.Select(message => Dict(
        (Role, JinjaString.User(message.Role)),
        (Content, format == ContentFormat.Parts ? new JinjaList([.. message.Parts.Select(Part)]) : TextOf(message))))]);

    /// <summary>
    /// As transformers does before rendering: the first of <c>reasoning_content</c>, <c>thinking</c> and <c>reasoning</c> that is set
    /// becomes <c>reasoning_content</c>, and <c>thinking</c> where that is absent.
    /// </summary>
    public static JinjaValue WithReasoning(JinjaValue messages) =>
        messages is JinjaList list ? new JinjaList([.. list.Items.Select(Fill)]) : messages;

    private static JinjaValue Fill(JinjaValue message)
    {
        if (message is not JinjaDict dict)
            return message;
        var reasoning = IsSet(dict, ReasoningContent) ?? IsSet(dict, Thinking) ?? IsSet(dict, Reasoning);
        if (reasoning is null)
            return message;
        dict.Items[ReasoningContent] = reasoning;
        dict.Items.TryAdd(Thinking, reasoning);
        return dict;
    }

    private static JinjaValue? IsSet(JinjaDict message, JinjaString key) => message.Find(key) is { } value and not JinjaNone ? value : null;

    private static JinjaDict Part(ChatPart part) => part switch
    {
        ChatPart.TextPart text => Dict((Type, Text), (Text, JinjaString.User(text.Text))),
        _ => Dict((Type, Image)),
    };

    private static JinjaString TextOf(ChatMessage message)
    {
        if (message.Parts.Any(part => part is not ChatPart.TextPart))
        {
            throw new PromptException(
                "The model's chat template takes text only, but a message holds an image; send text alone or use a vision model.");
        }

        return JinjaString.User(string.Join('\n', message.Parts.Cast<ChatPart.TextPart>().Select(part => part.Text)));
    }

    private static JinjaDict Dict(params ReadOnlySpan<(JinjaString Key, JinjaValue Value)> items)
    {
        var dict = new JinjaDict(ValueComparer.ForTextKeys);
        foreach (var (key, value) in items)
            dict.Items[key] = value;
        return dict;
    }
}
