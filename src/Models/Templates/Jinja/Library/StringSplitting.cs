namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Methods of <c>str</c> that take text apart or put it together.</summary>
internal static class StringSplitting
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("split", "sep? maxsplit?", (e, self, a) => Split(e, (JinjaString)self, a, fromEnd: false));
        table.Add("rsplit", "sep? maxsplit?", (e, self, a) => Split(e, (JinjaString)self, a, fromEnd: true));
        table.Add("splitlines", "keepends?", (e, self, a) => new JinjaList(Lines(e, (JinjaString)self, Require.Flag(a[0], false))));
        table.Add("partition", "sep", (e, self, a) => Partition((JinjaString)self, a[0], fromEnd: false));
        table.Add("rpartition", "sep", (e, self, a) => Partition((JinjaString)self, a[0], fromEnd: true));
        table.Add("join", "iterable", (e, self, a) => Join(e, (JinjaString)self, a[0]!));
    }

    public static List<JinjaValue> Lines(Evaluator evaluator, JinjaString text, bool keepEnds)
    {
        var lines = new List<JinjaValue>();
        var value = text.Text;
        for (var at = 0; at < value.Length;)
        {
            var end = at;
            while (end < value.Length && !PythonText.IsLineEnd(value[end]))
                end++;
            var next = Math.Min(end + 1, value.Length);
            if (next < value.Length && value[end] == '\r' && value[next] == '\n')
                next++;
            evaluator.Budget.ChargeText(next - at);
            evaluator.Budget.Add(lines, text.Substring(at, (keepEnds ? next : end) - at));
            at = next;
        }

        return lines;
    }

    private static JinjaList Split(Evaluator evaluator, JinjaString text, JinjaValue?[] a, bool fromEnd)
    {
        var separator = Require.OptionalText(a[0], "sep");
        var limit = Numbers.RequireCount(a[1], -1) is var given && given < 0 ? int.MaxValue : given;
        evaluator.Budget.ChargeText(text.Text.Length);
        if (separator is { Text.Length: 0 })
            throw JinjaException.Type("ValueError: empty separator");
        var parts = separator is null ? Words(evaluator, text, limit, fromEnd) : Parts(evaluator, text, separator.Text, limit, fromEnd);
        return new JinjaList(parts);
    }

    private static List<JinjaValue> Parts(Evaluator evaluator, JinjaString text, string separator, int limit, bool fromEnd)
    {
        var parts = new List<JinjaValue>();
        var (start, end) = (0, text.Text.Length);
        for (; limit > 0; limit--)
        {
            var span = text.Text.AsSpan(start, end - start);
            var at = fromEnd ? span.LastIndexOf(separator) : span.IndexOf(separator);
            if (at < 0)
                break;
            var after = start + at + separator.Length;
            evaluator.Budget.Add(parts, fromEnd ? text.Substring(after, end - after) : text.Substring(start, at));
            if (fromEnd)
                end = start + at;
            else
                start = after;
        }

        evaluator.Budget.Add(parts, text.Substring(start, end - start));
        if (fromEnd)
            parts.Reverse();
        return parts;
    }

    // Without a separator, runs of whitespace separate. Once the limit is reached the rest keeps the whitespace at its far side.
    private static List<JinjaValue> Words(Evaluator evaluator, JinjaString text, int limit, bool fromEnd)
    {
        var words = new List<JinjaValue>();
        var value = text.Text;
        var (start, end) = (0, value.Length);
        for (; ; limit--)
        {
            while (!fromEnd && start < end && PythonText.IsSpace(value[start]))
                start++;
            while (fromEnd && end > start && PythonText.IsSpace(value[end - 1]))
                end--;
            if (start >= end)
                break;
            var (from, to) = (start, end);
            if (limit > 0 && fromEnd)
            {
                while (end > start && !PythonText.IsSpace(value[end - 1]))
                    end--;
                from = end;
            }
            else if (limit > 0)
            {
                while (start < end && !PythonText.IsSpace(value[start]))
                    start++;
                to = start;
            }
            else
            {
                start = end;
            }

            evaluator.Budget.Add(words, text.Substring(from, to - from));
        }

        if (fromEnd)
            words.Reverse();
        return words;
    }

    private static JinjaTuple Partition(JinjaString text, JinjaValue? argument, bool fromEnd)
    {
        var separator = Require.Text(argument, "sep");
        if (separator.Text.Length == 0)
            throw JinjaException.Type("ValueError: empty separator");
        var span = text.Text.AsSpan();
        var at = fromEnd ? span.LastIndexOf(separator.Text) : span.IndexOf(separator.Text);
        if (at < 0 && fromEnd)
            return new JinjaTuple([JinjaString.Empty, JinjaString.Empty, text]);
        if (at < 0)
            return new JinjaTuple([text, JinjaString.Empty, JinjaString.Empty]);
        var after = at + separator.Text.Length;
        return new JinjaTuple([text.Substring(0, at), text.Substring(at, after - at), text.Substring(after, text.Text.Length - after)]);
    }

    private static JinjaString Join(Evaluator evaluator, JinjaString separator, JinjaValue items)
    {
        var result = new SpannedBuilder(evaluator.Budget);
        var index = 0;
        foreach (var item in Sequences.Iterate(evaluator, items))
        {
            if (item is not JinjaString text)
                throw JinjaException.Type($"TypeError: sequence item {index}: expected str instance, {item.TypeName} found");
            if (index++ > 0)
                result.Append(separator);
            result.Append(text);
        }

        return result.ToValue();
    }
}
