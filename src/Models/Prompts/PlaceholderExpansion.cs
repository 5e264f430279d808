using System.Text;
using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Prompts;

/// <summary>Finds placeholders that the template wrote (never those that a user spelled) and puts each image's text in their place.</summary>
internal static class PlaceholderExpansion
{
    public static RenderedPrompt Replace(RenderedPrompt prompt, string placeholder, IReadOnlyList<string> replacements)
    {
        var places = Places(prompt, placeholder);
        if (places.Count != replacements.Count)
        {
            throw new PromptException(
                $"The conversation has {replacements.Count} image(s), but the model's chat template made {places.Count} place(s) for images; "
                + "send images as image parts of user messages.");
        }

        if (places.Count == 0)
        {
            return prompt;
        }

        var text = new StringBuilder(prompt.Text.Length + replacements.Sum(r => r.Length));
        var spans = new List<TextSpan>(prompt.UserSpans.Count);
        var (at, next) = (0, 0);
        for (var i = 0; i <= places.Count; i++)
        {
            var end = i < places.Count ? places[i] : prompt.Text.Length;
            for (; next < prompt.UserSpans.Count && prompt.UserSpans[next].Start < end; next++)
            {
                spans.Add(prompt.UserSpans[next] with { Start = text.Length + prompt.UserSpans[next].Start - at });
            }

            text.Append(prompt.Text, at, end - at);
            if (i < places.Count)
            {
                text.Append(replacements[i]);
                at = end + placeholder.Length;
            }
        }

        return new RenderedPrompt(text.ToString(), spans);
    }

    private static List<int> Places(RenderedPrompt prompt, string placeholder)
    {
        var places = new List<int>();
        var span = 0;
        for (var at = 0; (at = prompt.Text.IndexOf(placeholder, at, StringComparison.Ordinal)) >= 0;)
        {
            while (span < prompt.UserSpans.Count && prompt.UserSpans[span].End <= at)
            {
                span++;
            }

            if (span < prompt.UserSpans.Count && prompt.UserSpans[span].Start < at + placeholder.Length)
            {
                at++;
                continue;
            }

            places.Add(at);
            at += placeholder.Length;
        }

        return places;
    }
}
