using System.Diagnostics;
using System.Text.Json;
using VisionCluster.Models.Templates;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Templates;

/// <summary>Every folder of template fixtures, against what jinja2 in transformers' sandbox rendered.</summary>
public sealed class TemplateFixtureTests
{
    private const char Marker = '\ue000';

    public static TheoryData<string> Conversations() => [.. FoldersWith("cases.json")];

    public static TheoryData<string> Features() => [.. FoldersWith("features.json")];

    public static TheoryData<string> Hostile() => [.. FoldersWith("hostile.json")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Conversations))]
    [Trait("Category", "Golden")]
    public void Render_Conversations_EqualsReference(string folder)
    {
        var template = Parse(File.ReadAllText(Path.Combine(Fixtures.Root, "templates", folder, "template.jinja")));
        var failures = new List<string>();
        var index = 0;
        foreach (var test in TemplateFixture.ReadJson(Fixtures.Root, "templates", folder, "cases.json").EnumerateArray())
        {
            var name = $"{folder} #{index++} {TemplateFixture.OptionalText(test, "label")}";
            var (rendering, failure) = TemplateFixture.TryRender(template, TemplateFixture.ContextOf(test));
            if (Verdict(test, rendering?.Prompt.Text, failure) is { } problem)
                failures.Add($"{name}: {problem}");
            else if (TemplateFixture.Optional(test, "assistantSpans") is { } spans && Spans(rendering!) != JsonSerializer.Serialize(spans))
                failures.Add($"{name}: assistant spans {Spans(rendering!)}, expected {spans}");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Conversations))]
    [Trait("Category", "Golden")]
    public void Render_MarkedConversations_NeverTrustsWhatAUserWrote(string folder)
    {
        var template = Parse(File.ReadAllText(Path.Combine(Fixtures.Root, "templates", folder, "template.jinja")));
        foreach (var test in TemplateFixture.ReadJson(Fixtures.Root, "templates", folder, "cases.json").EnumerateArray())
        {
            var context = TemplateFixture.ContextOf(test);
            var (rendering, _) = TemplateFixture.TryRender(template, context with { Messages = Marked(context.Messages) });
            if (rendering is null)
                continue;
            var (text, spans) = (rendering.Prompt.Text, rendering.Prompt.UserSpans);
            for (var at = text.IndexOf(Marker); at >= 0; at = text.IndexOf(Marker, at + 1))
                Assert.True(spans.Any(span => span.Start <= at && at < span.End), $"{folder}: trusted at {at} in {text}");
            Assert.Equal(spans.OrderBy(span => span.Start), spans);
            Assert.All(spans, span => Assert.True(span.Length > 0 && span.End <= text.Length));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Features))]
    [Trait("Category", "Golden")]
    public void Render_Features_EqualsReference(string folder)
    {
        var failures = new List<string>();
        foreach (var test in TemplateFixture.ReadJson(Fixtures.Root, "templates", folder, "features.json").EnumerateArray())
        {
            var (text, failure) = Run(test);
            if (Verdict(test, text, failure) is { } problem)
                failures.Add($"{folder} {test.GetProperty("name")}: {problem}\n  {test.GetProperty("template")}");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Hostile))]
    [Trait("Category", "Golden")]
    public void Render_HostileTemplates_EndWithinBounds(string folder)
    {
        var failures = new List<string>();
        foreach (var test in TemplateFixture.ReadJson(Fixtures.Root, "templates", folder, "hostile.json").EnumerateArray())
        {
            var watch = Stopwatch.StartNew();
            var (text, failure) = Run(test);
            if (failure is null && !test.GetProperty("mayRender").GetBoolean())
                failures.Add($"{folder} {test.GetProperty("name")}: rendered {text!.Length} characters");
            if (watch.Elapsed > TimeSpan.FromSeconds(20))
                failures.Add($"{folder} {test.GetProperty("name")}: took {watch.Elapsed}");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static IEnumerable<string> FoldersWith(string file) =>
        Fixtures.Folders("templates").Where(folder => File.Exists(Path.Combine(folder, file))).Select(folder => Path.GetFileName(folder));

    private static ChatTemplate Parse(string source)
    {
        var template = ChatTemplate.Parse(source);
        return template.With(TemplateFixture.Clock());
    }

    private static (string? Text, string? Failure) Run(JsonElement test)
    {
        try
        {
            var context = new TemplateContext { UserVariables = TemplateFixture.Members(TemplateFixture.Optional(test, "context")) };
            return (Parse(test.GetProperty("template").GetString()!).Render(context).Prompt.Text, null);
        }
        catch (Exception error) when (error is ModelException or PromptException)
        {
            return (null, error.Message);
        }
    }

    private static string? Verdict(JsonElement test, string? text, string? failure)
    {
        if (TemplateFixture.OptionalText(test, "expected") is { } expected)
            return failure is null ? TemplateFixture.Difference(expected, text) : $"failed: {failure}";
        if (failure is null)
            return $"rendered {JsonSerializer.Serialize(text)}, expected an error: {TemplateFixture.OptionalText(test, "message")}";
        var isRaised = TemplateFixture.OptionalText(test, "error") == "raised";
        return isRaised ? TemplateFixture.Difference(TemplateFixture.OptionalText(test, "message")!, failure) : null;
    }

    /// <summary>As the fixtures have them, in code points.</summary>
    private static string Spans(TemplateRendering rendering)
    {
        return JsonSerializer.Serialize(rendering.AssistantSpans.Select(span => new[] { CodePoints(span.Start), CodePoints(span.End) }));

        int CodePoints(int offset) => TemplateFixture.CodePoints(rendering.Prompt.Text, offset);
    }

    // Every text but roles and types, which steer the templates, gets a marker in front.
    private static JsonElement Marked(JsonElement element, string name = "") => JsonSerializer.SerializeToElement(element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Select(item => Marked(item, name)).ToArray(),
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(member => member.Name, member => Marked(member.Value, member.Name)),
        JsonValueKind.String when name is not ("role" or "type") => (object)$"{Marker}{element.GetString()}{Marker}",
        _ => element,
    });
}
