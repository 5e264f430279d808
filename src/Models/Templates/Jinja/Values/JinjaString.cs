namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// Text that remembers which of its parts a user wrote. Operations keep the spans, or mark the whole result as the user's where they cannot
/// keep them exactly; no operation turns user text into trusted text. Equality and hashing look at the text alone. Lengths and indices that
/// templates see are in code points; <see cref="UserSpans"/> are in UTF-16 units.
/// </summary>
internal sealed class JinjaString : JinjaValue
{
    private static readonly TextSpan[] NoSpans = [];
    private int _codePoints = -1;

    private JinjaString(string text, TextSpan[] userSpans, bool isMarkup = false)
    {
        Text = text;
        UserSpans = userSpans;
        IsMarkup = isMarkup;
    }

    public static JinjaString Empty { get; } = new("", NoSpans);

    public string Text { get; }

    /// <summary>Ascending, neither touching nor empty.</summary>
    public TextSpan[] UserSpans { get; }

    public bool HasUserText => UserSpans.Length > 0;

    /// <summary>Escaped by <c>e</c> or <c>safe</c>: is not escaped again, and escapes what is added to it.</summary>
    public bool IsMarkup { get; }

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override bool IsTrue => Text.Length > 0;

    /// <summary>Length in code points.</summary>
    public int CodePoints => _codePoints >= 0 ? _codePoints : _codePoints = PythonText.CountCodePoints(Text);

    public static JinjaString Trusted(string text) => text.Length == 0 ? Empty : new(text, NoSpans);

    public static JinjaString User(string text) => text.Length == 0 ? Empty : new(text, [new TextSpan(0, text.Length)]);

    public static JinjaString Of(string text, bool isUser) => isUser ? User(text) : Trusted(text);

    public static JinjaString Of(string text, TextSpan[] userSpans) => text.Length == 0 ? Empty : new(text, userSpans);

    /// <summary>A new text made from this one in a way that lost track: the user's throughout if any of this is.</summary>
    public JinjaString Derive(string text) => ReferenceEquals(text, Text) ? this : Of(text, HasUserText);

    /// <summary>As <see cref="Derive"/>, for changes that leave every character in its place unless the length changes.</summary>
    public JinjaString DeriveInPlace(string text) => text.Length == Text.Length ? Of(text, UserSpans) : Derive(text);

    public JinjaString AsMarkup() => new(Text, UserSpans, isMarkup: true);

    /// <summary>Part of the text by UTF-16 offsets.</summary>
    public JinjaString Substring(int start, int length)
    {
        if (start == 0 && length == Text.Length)
            return this;
        if (length <= 0)
            return Empty;
        var text = Text.Substring(start, length);
        if (!HasUserText)
            return new JinjaString(text, NoSpans);
        var spans = new List<TextSpan>();
        foreach (var span in UserSpans)
        {
            var from = Math.Max(span.Start, start);
            var to = Math.Min(span.End, start + length);
            if (from < to)
                spans.Add(new TextSpan(from - start, to - from));
        }

        return new JinjaString(text, [.. spans]);
    }

    /// <summary>UTF-16 offset of a code point; at most the length.</summary>
    public int OffsetOf(int codePoint)
    {
        if (CodePoints == Text.Length)
            return Math.Min(codePoint, Text.Length);
        var offset = 0;
        for (; codePoint > 0 && offset < Text.Length; codePoint--)
            offset += PythonText.WidthAt(Text, offset);
        return offset;
    }

    /// <summary>Code points before a UTF-16 offset.</summary>
    public int CodePointsBefore(int offset) =>
        CodePoints == Text.Length ? offset : PythonText.CountCodePoints(Text.AsSpan(0, offset));

    public IEnumerable<JinjaString> Characters()
    {
        for (var at = 0; at < Text.Length;)
        {
            var width = PythonText.WidthAt(Text, at);
            yield return Substring(at, width);
            at += width;
        }
    }
}
