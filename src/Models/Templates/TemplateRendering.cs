namespace VisionCluster.Models.Templates;

/// <param name="Prompt">The rendered text.</param>
/// <param name="AssistantSpans">UTF-16 ranges of it that the template's <c>generation</c> blocks wrote, in order.</param>
public sealed record TemplateRendering(RenderedPrompt Prompt, IReadOnlyList<TextSpan> AssistantSpans);
