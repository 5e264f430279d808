using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Prompts;

/// <summary>Replaces each image placeholder of a rendered prompt by what a family writes for that image.</summary>
public interface IPromptExpander
{
    /// <exception cref="PromptException">Placeholders and images differ in number.</exception>
    RenderedPrompt Expand(RenderedPrompt prompt, IReadOnlyList<ImageGrid> images);
}
