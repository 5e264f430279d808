using System.Text.Json;

namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>Reads the <c>pattern</c> of a Split or Replace: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class TextPatternReader
{
    public static TextPattern ReadPattern(this JsonElement component)
    {
        var pattern = component.Field("pattern");
        if (pattern.Has("String"))
            return TextPattern.FromLiteral(pattern.Text("String"));
        return pattern.Has("Regex")
            ? RegexPattern.FromOniguruma(pattern.Text("Regex"))
            : throw JsonFields.WrongKind(component, "pattern", "a String or a Regex");
    }
}
