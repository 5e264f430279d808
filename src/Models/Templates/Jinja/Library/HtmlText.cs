using System.Net;
using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>The HTML filters, as markupsafe has them: <c>escape</c>, <c>striptags</c>, <c>xmlattr</c>, <c>urlencode</c>.</summary>
internal static class HtmlText
{
    public static JinjaString Escape(Evaluator evaluator, JinjaString text, bool always = false)
    {
        if (text.IsMarkup && !always)
            return text;
        var result = new SpannedBuilder(evaluator.Budget);
        for (var at = 0; at < text.Text.Length;)
        {
            var next = text.Text.AsSpan(at).IndexOfAny("&<>'\"");
            var length = next < 0 ? text.Text.Length - at : next;
            result.Append(text, at, length);
            at += length;
            if (next < 0)
                break;
            var entity = text.Text[at] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '\'' => "&#39;", _ => "&#34;" };
            result.Append(JinjaString.Of(entity, text.HasUserText));
            at++;
        }

        return result.ToValue().AsMarkup();
    }

    public static JinjaString StripTags(Evaluator evaluator, JinjaString text)
    {
        evaluator.Budget.ChargeText(text.Text.Length);
        var result = new StringBuilder(text.Text);
        Remove(result, "<!--", "-->");
        Remove(result, "<", ">");
        var words = result.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return text.Derive(WebUtility.HtmlDecode(string.Join(' ', words)));
    }

    public static JinjaString XmlAttributes(Evaluator evaluator, JinjaValue value, bool withSpace)
    {
        var dict = value as JinjaDict ?? throw JinjaException.Type($"TypeError: '{value.TypeName}' object has no attributes");
        var result = new SpannedBuilder(evaluator.Budget);
        foreach (var (key, item) in dict.Items)
        {
            if (item is JinjaNone or JinjaUndefined)
                continue;
            var name = Require.Text(key, "attribute name");
            if (name.Text.AsSpan().IndexOfAny(" \t\n\r\v\f/>=") >= 0)
                throw JinjaException.Type("ValueError: Invalid character in attribute name");
            result.Append(result.Length > 0 || withSpace ? " " : "").Append(Escape(evaluator, name)).Append("=\"")
                .Append(Escape(evaluator, evaluator.Text(item))).Append("\"");
        }

        return result.ToValue();
    }

    public static JinjaString UrlEncode(Evaluator evaluator, JinjaValue value)
    {
        if (value is JinjaString || Sequences.TryIterate(evaluator, value) is null)
            return Quote(evaluator, value, isQuery: false);
        var result = new SpannedBuilder(evaluator.Budget);
        var pairs = value is JinjaDict dict ? new JinjaDictView(dict, JinjaDictView.Part.Items) : value;
        foreach (var pair in Sequences.Iterate(evaluator, pairs))
        {
            if (Sequences.ToList(evaluator, pair) is not [var key, var item])
                throw JinjaException.Type("ValueError: a query is made of pairs");
            result.Append(result.Length > 0 ? "&" : "").Append(Quote(evaluator, key, isQuery: true)).Append("=")
                .Append(Quote(evaluator, item, isQuery: true));
        }

        return result.ToValue();
    }

    private static JinjaString Quote(Evaluator evaluator, JinjaValue value, bool isQuery)
    {
        var text = evaluator.Text(value);
        evaluator.Budget.ChargeText(text.Text.Length * 3L);
        var result = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text.Text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'.' or (byte)'-' or (byte)'~' || (b == '/' && !isQuery))
                result.Append((char)b);
            else
                result.Append(isQuery && b == ' ' ? "+" : $"%{b:X2}");
        }

        return text.Derive(result.ToString());
    }

    private static void Remove(StringBuilder text, string open, string close)
    {
        var source = text.ToString();
        text.Clear();
        var at = 0;
        while (source.IndexOf(open, at, StringComparison.Ordinal) is >= 0 and var start)
        {
            var end = source.IndexOf(close, start, StringComparison.Ordinal);
            if (end < 0)
                break;
            text.Append(source, at, start - at);
            at = end + close.Length;
        }

        text.Append(source, at, source.Length - at);
    }
}
