using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Prompts;

/// <summary>
/// PaliGemma's prompt (transformers <c>processing_paligemma.py</c>): the placeholder once for each image token, the begin token behind the
/// last of them, and a newline at the end.
/// </summary>
internal sealed class PaliGemmaPromptExpander(string imageToken, string beginToken) : IPromptExpander
{
    public RenderedPrompt Expand(RenderedPrompt prompt, IReadOnlyList<ImageGrid> images)
    {
        var texts = images.Select(image => string.Concat(Enumerable.Repeat(imageToken, image.TokensPerTile))).ToArray();
        if (texts.Length > 0)
        {
            texts[^1] += beginToken;
            var expanded = PlaceholderExpansion.Replace(prompt, imageToken, texts);
            return expanded with { Text = expanded.Text + "\n" };
        }

        var plain = PlaceholderExpansion.Replace(prompt, imageToken, []);
        return new RenderedPrompt(
            $"{beginToken}{plain.Text}\n", [.. plain.UserSpans.Select(span => span with { Start = span.Start + beginToken.Length })]);
    }
}
