using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Prompts;

/// <summary>LLaVA's image text (transformers <c>processing_llava.py</c>): the placeholder once for each image token.</summary>
internal sealed class LlavaPromptExpander(string imageToken) : IPromptExpander
{
    public RenderedPrompt Expand(RenderedPrompt prompt, IReadOnlyList<ImageGrid> images) => PlaceholderExpansion.Replace(
        prompt, imageToken, [.. images.Select(image => string.Concat(Enumerable.Repeat(imageToken, image.TokensPerTile)))]);
}
