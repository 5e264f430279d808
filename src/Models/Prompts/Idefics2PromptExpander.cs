using System.Text;
using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Prompts;

/// <summary>
/// Idefics2's image text (transformers <c>processing_idefics2.py</c>): each picture (five with splitting) between fake tokens, neighbours
/// sharing one, and a space behind the last where text follows at once.
/// </summary>
internal sealed class Idefics2PromptExpander(string imageToken) : IPromptExpander
{
    private const string Fake = "<fake_token_around_image>";

    // Four quarters and the whole.
    private const int SplitImages = 5;

    public RenderedPrompt Expand(RenderedPrompt prompt, IReadOnlyList<ImageGrid> images)
    {
        var expanded = PlaceholderExpansion.Replace(prompt, imageToken, [.. images.Select(Text)]);
        return images.Count == 0 ? expanded : Rewrite(expanded);
    }

    private string Text(ImageGrid image)
    {
        var one = $"{Fake}{string.Concat(Enumerable.Repeat(imageToken, image.TokensPerTile))}{Fake}";
        return image.Rows == 0 ? one : string.Concat(Enumerable.Repeat(one, SplitImages));
    }

    /// <summary>Joins neighbouring fake tokens of the template's text, and sets the space; user text is left as it is.</summary>
    private static RenderedPrompt Rewrite(RenderedPrompt prompt)
    {
        var text = new StringBuilder(prompt.Text.Length);
        var spans = new List<TextSpan>(prompt.UserSpans.Count);
        var (at, span, open) = (0, 0, false);
        while (at < prompt.Text.Length)
        {
            var user = span < prompt.UserSpans.Count ? prompt.UserSpans[span] : default;
            if (user.Length > 0 && at == user.Start)
            {
                spans.Add(new TextSpan(text.Length, user.Length));
                text.Append(prompt.Text, user.Start, user.Length);
                (at, span) = (user.End, span + 1);
                continue;
            }

            if (!IsFakeAt(prompt.Text, at))
            {
                text.Append(prompt.Text[at++]);
                continue;
            }

            at += Fake.Length;
            text.Append(Fake);
            open = !open;
            if (!open && IsFakeAt(prompt.Text, at))
            {
                at += Fake.Length;
                open = true;
            }
            else if (!open && at < prompt.Text.Length && !char.IsWhiteSpace(prompt.Text[at]) && prompt.Text[at] != '<')
            {
                text.Append(' ');
            }
        }

        return new RenderedPrompt(text.ToString(), spans);
    }

    private static bool IsFakeAt(string text, int at) => string.CompareOrdinal(text, at, Fake, 0, Fake.Length) == 0;
}
