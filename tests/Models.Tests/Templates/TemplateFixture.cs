using System.Globalization;
using System.Text.Json;
using VisionCluster.Models.Templates;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Templates;

/// <summary>Reading the template fixtures and comparing with them.</summary>
internal static class TemplateFixture
{
    /// <summary>Whatever ran into an error that the engine promises to report, by message; null when the text came out.</summary>
    public static (TemplateRendering? Rendering, string? Failure) TryRender(ChatTemplate template, TemplateContext context)
    {
        try
        {
            return (template.Render(context), null);
        }
        catch (PromptException error)
        {
            return (null, error.Message);
        }
    }

    public static JsonElement ReadJson(params string[] path)
    {
        using var stream = File.OpenRead(Path.Combine(path));
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    /// <summary>A conversation of <c>cases.json</c>.</summary>
    public static TemplateContext ContextOf(JsonElement test) => new()
    {
        Messages = test.GetProperty("messages"),
        Tools = Optional(test, "tools"),
        Documents = Optional(test, "documents"),
        AddGenerationPrompt = test.GetProperty("addGenerationPrompt").GetBoolean(),
        Variables = Members(Optional(test, "variables")),
    };

    public static Dictionary<string, JsonElement> Members(JsonElement? element) =>
        element is { } members ? members.EnumerateObject().ToDictionary(member => member.Name, member => member.Value) : [];

    public static JsonElement? Optional(JsonElement test, string name) =>
        test.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? OptionalText(JsonElement test, string name) => Optional(test, name)?.GetString();

    /// <summary>Null when equal, otherwise where the texts part.</summary>
    public static string? Difference(string expected, string? actual)
    {
        if (actual == expected)
            return null;
        var at = actual is null ? 0 : expected.AsSpan().CommonPrefixLength(actual);
        return $"differs at {at}: expected {Excerpt(expected, at)}, got {(actual is null ? "an error" : Excerpt(actual, at))}";
    }

    public static int CodePoints(string text, int utf16) => text.AsSpan(0, utf16).ToString().EnumerateRunes().Count();

    /// <summary>The clock that the fixtures were rendered with.</summary>
    public static TimeProvider Clock()
    {
        var file = Path.Combine(Fixtures.Root, "templates", "made-with.json");
        var text = File.Exists(file) ? OptionalText(ReadJson(file), "clock") : null;
        return new FixedClock(DateTime.Parse(text ?? "2026-11-23T21:04:05", CultureInfo.InvariantCulture));
    }

    private static string Excerpt(string text, int at)
    {
        var from = Math.Max(0, at - 20);
        var part = text[from..Math.Min(text.Length, at + 40)];
        return JsonSerializer.Serialize(part);
    }

    private sealed class FixedClock(DateTime now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(now, TimeSpan.Zero);
    }
}
