using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Methods of <c>str</c> that look for a part: find, count, replace, startswith and the like.</summary>
internal static class StringSearch
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("find", "sub start? end?", (e, self, a) => Require.Integer(Find(e, self, a, last: false)));
        table.Add("rfind", "sub start? end?", (e, self, a) => Require.Integer(Find(e, self, a, last: true)));
        table.Add("index", "sub start? end?", (e, self, a) => Require.Integer(Found(Find(e, self, a, last: false))));
        table.Add("rindex", "sub start? end?", (e, self, a) => Require.Integer(Found(Find(e, self, a, last: true))));
        table.Add("count", "sub start? end?", Count);
        table.Add("replace", "old new count?", (e, self, a) =>
        {
            var (old, replacement) = (Require.Text(a[0], "replace() argument 1"), Require.Text(a[1], "replace() argument 2"));
            return Replace(e, (JinjaString)self, old, replacement, Numbers.RequireInteger(a[2], -1));
        });
        table.Add("startswith", "prefix start? end?", (e, self, a) => HasAffix(e, self, a, atEnd: false));
        table.Add("endswith", "suffix start? end?", (e, self, a) => HasAffix(e, self, a, atEnd: true));
        table.Add("removeprefix", "prefix", (_, self, a) =>
        {
            var (text, prefix) = ((JinjaString)self, Require.Text(a[0], "removeprefix() argument").Text);
            var starts = text.Text.StartsWith(prefix, StringComparison.Ordinal);
            return starts ? text.Substring(prefix.Length, text.Text.Length - prefix.Length) : text;
        });
        table.Add("removesuffix", "suffix", (_, self, a) =>
        {
            var (text, suffix) = ((JinjaString)self, Require.Text(a[0], "removesuffix() argument").Text);
            return text.Text.EndsWith(suffix, StringComparison.Ordinal) ? text.Substring(0, text.Text.Length - suffix.Length) : text;
        });
    }

    /// <summary>Replaces occurrences; a negative count means all. An empty <paramref name="old"/> matches around every character.</summary>
    public static JinjaString Replace(Evaluator evaluator, JinjaString text, JinjaString old, JinjaString replacement, BigInteger count)
    {
        var limit = count.Sign < 0 ? int.MaxValue : Numbers.Clamp(count);
        evaluator.Budget.ChargeText(text.Text.Length);
        if (limit == 0 || (old.Text.Length > 0 && !text.Text.Contains(old.Text, StringComparison.Ordinal)))
            return text;
        var result = new SpannedBuilder(evaluator.Budget);
        var at = 0;
        if (old.Text.Length == 0)
        {
            for (; limit > 0; limit--)
            {
                result.Append(replacement);
                if (at >= text.Text.Length)
                    break;
                var width = PythonText.WidthAt(text.Text, at);
                result.Append(text, at, width);
                at += width;
            }
        }

        for (; limit > 0 && old.Text.Length > 0; limit--)
        {
            var next = text.Text.IndexOf(old.Text, at, StringComparison.Ordinal);
            if (next < 0)
                break;
            result.Append(text, at, next - at).Append(replacement);
            at = next + old.Text.Length;
        }

        return result.Append(text, at, text.Text.Length - at).ToValue();
    }

    private static int Found(int index) => index >= 0 ? index : throw JinjaException.Type("ValueError: substring not found");

    /// <summary>UTF-16 range that start and end arguments select; null when start lies beyond the end.</summary>
    private static (int Start, int End)? Window(Evaluator evaluator, JinjaString text, JinjaValue? start, JinjaValue? end)
    {
        evaluator.Budget.ChargeText(text.Text.Length);
        var from = start is null or JinjaNone ? BigInteger.Zero : Numbers.RequireInteger(start, 0);
        var to = end is null or JinjaNone ? text.CodePoints : Numbers.RequireInteger(end, 0);
        from = from.Sign < 0 ? BigInteger.Max(from + text.CodePoints, 0) : from;
        to = to.Sign < 0 ? BigInteger.Max(to + text.CodePoints, 0) : BigInteger.Min(to, text.CodePoints);
        return from > to ? null : (text.OffsetOf((int)from), text.OffsetOf((int)to));
    }

    private static int Find(Evaluator evaluator, JinjaValue self, JinjaValue?[] a, bool last)
    {
        var text = (JinjaString)self;
        var part = Require.Text(a[0], "find() argument 1").Text;
        if (Window(evaluator, text, a[1], a[2]) is not var (start, end))
            return -1;
        var span = text.Text.AsSpan(start, end - start);
        var at = last ? (part.Length == 0 ? span.Length : span.LastIndexOf(part)) : span.IndexOf(part);
        return at < 0 ? -1 : text.CodePointsBefore(start + at);
    }

    private static JinjaInteger Count(Evaluator evaluator, JinjaValue self, JinjaValue?[] a)
    {
        var text = (JinjaString)self;
        var part = Require.Text(a[0], "count() argument 1").Text;
        if (Window(evaluator, text, a[1], a[2]) is not var (start, end))
            return Require.Integer(0);
        var span = text.Text.AsSpan(start, end - start);
        return Require.Integer(part.Length == 0 ? PythonText.CountCodePoints(span) + 1 : span.Count(part));
    }

    private static JinjaBoolean HasAffix(Evaluator evaluator, JinjaValue self, JinjaValue?[] a, bool atEnd)
    {
        var text = (JinjaString)self;
        IReadOnlyList<JinjaValue> affixes = a[0] is JinjaTuple tuple ? tuple.Items : [a[0]!];
        if (Window(evaluator, text, a[1], a[2]) is not var (start, end))
            return JinjaBoolean.False;
        foreach (var affix in affixes)
        {
            var part = Require.Text(affix, atEnd ? "endswith first arg" : "startswith first arg").Text;
            var span = text.Text.AsSpan(start, end - start);
            if (atEnd ? span.EndsWith(part, StringComparison.Ordinal) : span.StartsWith(part, StringComparison.Ordinal))
                return JinjaBoolean.True;
        }

        return JinjaBoolean.False;
    }
}
