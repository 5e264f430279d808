using System.Globalization;
using System.Numerics;
using System.Text.Json;
using VisionCluster.Models.Templates.Jinja;

namespace VisionCluster.Models.Templates;

/// <summary>JSON as template values, by Python's rules for numbers and repeated keys.</summary>
internal static class JsonValues
{
    private const int MaxDepth = 200;

    /// <param name="isUser">Whether texts in it, keys included, are user text.</param>
    public static JinjaValue From(JsonElement element, bool isUser, int depth = 0)
    {
        if (depth > MaxDepth)
            throw new PromptException($"The request nests deeper than {MaxDepth} levels.");
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return JinjaString.Of(TextOf(element), isUser);
            case JsonValueKind.Number:
                return Number(element.GetRawText());
            case JsonValueKind.True:
                return JinjaBoolean.True;
            case JsonValueKind.False:
                return JinjaBoolean.False;
            case JsonValueKind.Array:
                var items = new List<JinjaValue>(element.GetArrayLength());
                foreach (var item in element.EnumerateArray())
                    items.Add(From(item, isUser, depth + 1));
                return new JinjaList(items);
            case JsonValueKind.Object:
                var dict = new JinjaDict(ValueComparer.ForTextKeys);
                foreach (var property in element.EnumerateObject())
                    dict.Items[JinjaString.Of(NameOf(property), isUser)] = From(property.Value, isUser, depth + 1);
                return dict;
            default:
                return JinjaNone.Value;
        }
    }

    private static string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new PromptException("A text in the request is not valid Unicode: it holds half of a surrogate pair.", error);
        }
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException error)
        {
            throw new PromptException("A name in the request is not valid Unicode: it holds half of a surrogate pair.", error);
        }
    }

    private static JinjaValue Number(string text)
    {
        if (text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0)
            return new JinjaFloat(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        if (text.Length > PythonText.MaxIntegerDigits)
            throw new PromptException($"A number in the request has more than {PythonText.MaxIntegerDigits} digits.");
        return new JinjaInteger(BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }
}
