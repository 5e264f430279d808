namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Filters that lay text out: indent, center, truncate, wordwrap, wordcount.</summary>
internal static class LayoutFilters
{
    private const int TruncateLeeway = 5;

    public static void AddTo(FunctionTable table)
    {
        table.Add("indent", "width? first? blank?", Indent);
        table.Add("center", "width?", (e, v, a) =>
            StringMethods.Pad(e, e.Text(v), [a[0] ?? Require.Integer(80)], (missing, width) => (missing / 2) + (missing & width & 1)));
        table.Add("truncate", "length? killwords? end? leeway?", Truncate);
        table.Add("wordcount", "", WordCount);
        table.Add("wordwrap", "width? break_long_words? wrapstring? break_on_hyphens?", WordWrap);
    }

    private static JinjaString Indent(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var text = Require.Text(value, "indent() value");
        var indentation = a[0] as JinjaString;
        if (indentation is null)
        {
            var width = Math.Max(Numbers.RequireCount(a[0], 4), 0);
            evaluator.Budget.ChargeText(width);
            indentation = JinjaString.Trusted(new string(' ', width));
        }

        var (first, blank) = (Require.Flag(a[1], false), Require.Flag(a[2], false));
        var result = new SpannedBuilder(evaluator.Budget);

        // A text that ends in a newline has an empty last line, as jinja2 appends a newline before splitting.
        var ended = new SpannedBuilder(evaluator.Budget).Append(text).Append("\n").ToValue();
        var lines = StringSplitting.Lines(evaluator, ended, keepEnds: false);
        for (var i = 0; i < lines.Count; i++)
        {
            var line = (JinjaString)lines[i];
            if (i > 0)
                result.Append("\n");
            if (i == 0 ? first : blank || line.IsTrue)
                result.Append(indentation);
            result.Append(line);
        }

        return result.ToValue();
    }

    private static JinjaValue Truncate(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var length = Numbers.RequireCount(a[0], 255);
        var end = a[2] is null ? JinjaString.Trusted("...") : Require.Text(a[2], "end");
        var leeway = a[3] is null or JinjaNone ? TruncateLeeway : Numbers.RequireCount(a[3], 0);
        if (length < end.CodePoints || leeway < 0)
            throw JinjaException.Type($"AssertionError: expected length >= {end.CodePoints}, got {length}");
        if (Sequences.TryLength(value) <= (long)length + leeway)
            return value;
        var text = Require.Text(value, "truncate() value");
        var kept = text.Substring(0, text.OffsetOf(length - end.CodePoints));
        if (!Require.Flag(a[1], false) && kept.Text.LastIndexOf(' ') is >= 0 and var space)
            kept = kept.Substring(0, space);
        return new SpannedBuilder(evaluator.Budget).Append(kept).Append(end).ToValue();
    }

    private static JinjaInteger WordCount(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var text = evaluator.Text(value).Text;
        evaluator.Budget.ChargeText(text.Length);
        var (count, isInWord) = (0, false);
        for (var at = 0; at < text.Length; at += PythonText.WidthAt(text, at))
        {
            var isWord = StringPredicates.IsWordCharacter(PythonText.CodePointAt(text, at));
            if (isWord && !isInWord)
                count++;
            isInWord = isWord;
        }

        return Require.Integer(count);
    }

    private static JinjaString WordWrap(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var text = Require.Text(value, "wordwrap() value");
        var width = Numbers.RequireCount(a[0], 79);
        if (width <= 0)
            throw JinjaException.Type($"ValueError: invalid width {width} (must be > 0)");
        var wrap = new TextWrap(evaluator.Budget, width, Require.Flag(a[1], true), Require.Flag(a[3], true));
        var separator = Require.OptionalText(a[2], "wrapstring") ?? JinjaString.Trusted("\n");
        var result = new SpannedBuilder(evaluator.Budget);
        var isFirst = true;
        foreach (var line in StringSplitting.Lines(evaluator, text, keepEnds: false))
        {
            if (!isFirst)
                result.Append(separator);
            isFirst = false;
            var isFirstPiece = true;
            foreach (var piece in wrap.Wrap((JinjaString)line))
            {
                if (!isFirstPiece)
                    result.Append(separator);
                isFirstPiece = false;
                result.Append(piece);
            }
        }

        return result.ToValue();
    }
}
