using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Filters from text to text.</summary>
internal static class TextFilters
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("upper", "", (e, v, _) => StringMethods.Map(e, e.Text(v), PythonCase.Upper));
        table.Add("lower", "", (e, v, _) => StringMethods.Map(e, e.Text(v), PythonCase.Lower));
        table.Add("capitalize", "", (e, v, _) => StringMethods.Map(e, e.Text(v), PythonCase.Capitalize));
        table.Add("title", "", (e, v, _) => StringMethods.Map(e, e.Text(v), Title));
        table.Add("trim", "chars?", (e, v, a) => StringStrip.Strip(e.Text(v), a[0], atStart: true, atEnd: true));
        table.Add("replace", "old new count?", (e, v, a) => StringSearch.Replace(
            e, e.Text(v), e.Text(a[0]!), e.Text(a[1]!), a[2] is JinjaNone ? -1 : Numbers.RequireInteger(a[2], -1)));
        table.Add("string", "", (e, v, _) => e.Text(v));
        table.Add("tojson", "ensure_ascii? indent? separators? sort_keys?", PythonJson.Dump);
        table.AddRaw("format", Format);
        table.Add("escape", "", (e, v, _) => HtmlText.Escape(e, e.Text(v)));
        table.Alias("e", "escape");
        table.Add("forceescape", "", (e, v, _) => HtmlText.Escape(e, e.Text(v), always: true));
        table.Add("safe", "", (e, v, _) => e.Text(v).AsMarkup());
        table.Add("striptags", "", (e, v, _) => HtmlText.StripTags(e, e.Text(v)));
        table.Add("xmlattr", "autospace?", (e, v, a) => HtmlText.XmlAttributes(e, v, Require.Flag(a[0], true)));
        table.Add("urlencode", "", (e, v, _) => HtmlText.UrlEncode(e, v));
        table.Add("pprint", "", (e, v, _) => Printer.Repr(e.Budget, v));
        table.AddRaw("urlize", (_, _, _) => throw JinjaException.Type("TypeError: the filter 'urlize' is not supported"));
    }

    /// <summary>jinja2's own title case: words begin after spaces, hyphens and brackets, so <c>it's</c> becomes <c>It's</c>.</summary>
    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && IsWordBreak(text[end]) == IsWordBreak(text[at]))
                end++;
            var first = PythonText.WidthAt(text, at);
            result.Append(PythonCase.Upper(text.Substring(at, first))).Append(PythonCase.Lower(text[(at + first)..end]));
            at = end;
        }

        return result.ToString();
    }

    private static bool IsWordBreak(char c) => c is '-' or '(' or '{' or '[' or '<' || PythonText.IsSpace(c);

    private static JinjaValue Format(Evaluator evaluator, JinjaValue value, Arguments arguments)
    {
        if (arguments.Positional.Count > 0 && arguments.Named.Count > 0)
            throw JinjaException.Type("can't handle positional and keyword arguments at the same time");
        if (arguments.Named.Count == 0)
            return PercentFormat.Format(evaluator, evaluator.Text(value), new JinjaTuple(arguments.Positional));
        var dict = new JinjaDict(evaluator.Comparer);
        foreach (var argument in arguments.Named)
            dict.Items[argument.Key] = argument.Value;
        return PercentFormat.Format(evaluator, evaluator.Text(value), dict);
    }
}
