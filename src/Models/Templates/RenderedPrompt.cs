namespace VisionCluster.Models.Templates;

/// <summary>
/// A prompt as text, and which parts of it a user wrote. Special tokens are recognised in template text only, so user text that spells
/// one (<c>&lt;image&gt;</c>, <c>&lt;|im_start|&gt;</c>) stays text.
/// </summary>
/// <param name="Text">The whole prompt.</param>
/// <param name="UserSpans">UTF-16 ranges of <paramref name="Text"/> that came from message content; ascending, not overlapping.</param>
public sealed record RenderedPrompt(string Text, IReadOnlyList<TextSpan> UserSpans)
{
    /// <summary>Text that is trusted throughout (golden prompts, templates without input).</summary>
    public static RenderedPrompt Trusted(string text) => new(text, []);

    /// <summary>Text that a user wrote throughout.</summary>
    public static RenderedPrompt FromUser(string text) => new(text, text.Length == 0 ? [] : [new TextSpan(0, text.Length)]);
}

/// <summary>A range of UTF-16 units.</summary>
public readonly record struct TextSpan(int Start, int Length)
{
    public int End => Start + Length;
}
