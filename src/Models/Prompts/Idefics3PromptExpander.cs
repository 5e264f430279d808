using System.Globalization;
using System.Text;
using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Prompts;

/// <summary>
/// Idefics3's and SmolVLM's image text (transformers <c>processing_idefics3.py</c>): tiles row by row, each behind its place, a newline
/// after a row, then the whole image; without splitting the whole image alone.
/// </summary>
internal sealed class Idefics3PromptExpander(string imageToken) : IPromptExpander
{
    private const string Fake = "<fake_token_around_image>";
    private const string Global = "<global-img>";

    public RenderedPrompt Expand(RenderedPrompt prompt, IReadOnlyList<ImageGrid> images) =>
        PlaceholderExpansion.Replace(prompt, imageToken, [.. images.Select(Text)]);

    private string Text(ImageGrid image)
    {
        var text = new StringBuilder();
        for (var row = 1; row <= image.Rows; row++)
        {
            for (var column = 1; column <= image.Columns; column++)
            {
                text.Append(Fake).Append(CultureInfo.InvariantCulture, $"<row_{row}_col_{column}>");
                Tokens(text, image.TokensPerTile);
            }

            text.Append('\n');
        }

        if (image.Rows > 0)
        {
            text.Append('\n');
        }

        text.Append(Fake).Append(Global);
        Tokens(text, image.TokensPerTile);
        return text.Append(Fake).ToString();
    }

    private void Tokens(StringBuilder text, int count)
    {
        for (var i = 0; i < count; i++)
        {
            text.Append(imageToken);
        }
    }
}
