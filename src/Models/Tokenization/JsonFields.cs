using System.Text.Json;

namespace VisionCluster.Models.Tokenization;

/// <summary>Fields of tokenizer.json; what is missing or of the wrong kind is named.</summary>
internal static class JsonFields
{
    public static JsonElement Field(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value
        : throw new ModelException($"The tokenizer's {Describe(element)} has no '{name}'.");

    public static string Text(this JsonElement element, string name) =>
        element.Field(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw WrongKind(element, name, "a string");

    public static bool Flag(this JsonElement element, string name) => element.Field(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongKind(element, name, "true or false"),
    };

    public static bool Flag(this JsonElement element, string name, bool fallback) => element.Has(name) ? element.Flag(name) : fallback;

    public static string? OptionalText(this JsonElement element, string name) => element.Has(name) ? element.Text(name) : null;

    public static int Number(this JsonElement element, string name) =>
        element.Field(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number >= 0 ? number
        : throw WrongKind(element, name, "a number that is not negative");

    public static JsonElement.ArrayEnumerator List(this JsonElement element, string name) =>
        element.Field(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : throw WrongKind(element, name, "a list");

    /// <summary>Whether a field is there and not null.</summary>
    public static bool Has(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public static ModelException WrongKind(JsonElement element, string name, string expected) =>
        new($"The tokenizer's {Describe(element)} has a '{name}' that is not {expected}.");

    private static string Describe(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : "file";
}
