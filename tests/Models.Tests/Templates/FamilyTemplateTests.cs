using System.Text.Json;
using VisionCluster.Models.Templates;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Templates;

/// <summary>The prompts of every model family with a template, and of the embedded default model.</summary>
[Trait("Category", "Golden")]
public sealed class FamilyTemplateTests
{
    public static TheoryData<string> Checkpoints() =>
        [.. Fixtures.Folders("families").Append(Fixtures.EmojiVlm).Where(HasPrompts)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    public void Render_JsonMessages_EqualsReference(string folder) => Check(folder, (template, messages) =>
        template.Render(new TemplateContext { Messages = messages }).Prompt.Text);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    public void Render_ChatMessages_EqualsReference(string folder) => Check(folder, (template, messages) =>
        template.Render([.. messages.EnumerateArray().Select(Message)]).Text);

    private static string ExpectedFile(string folder) => Path.Combine(folder, "expected", "cases.json");

    private static bool HasPrompts(string folder) =>
        File.Exists(ExpectedFile(folder)) && CasesOf(TemplateFixture.ReadJson(ExpectedFile(folder))).Any();

    private static IEnumerable<JsonElement> CasesOf(JsonElement root) =>
        (root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("cases")).EnumerateArray()
        .Where(test => TemplateFixture.Optional(test, "messages") is not null
            && TemplateFixture.OptionalText(test, "rendered_prompt") is not null);

    private static void Check(string folder, Func<ChatTemplate, JsonElement, string> render)
    {
        var template = ChatTemplate.Load(folder);
        Assert.NotNull(template);
        foreach (var test in CasesOf(TemplateFixture.ReadJson(ExpectedFile(folder))))
        {
            var actual = render(template, test.GetProperty("messages"));
            var difference = TemplateFixture.Difference(test.GetProperty("rendered_prompt").GetString()!, actual);
            Assert.True(difference is null, $"{Path.GetFileName(folder)} {TemplateFixture.OptionalText(test, "name")}: {difference}");
        }
    }

    private static ChatMessage Message(JsonElement message)
    {
        var role = message.GetProperty("role").GetString()!;
        var content = message.GetProperty("content");
        return content.ValueKind == JsonValueKind.String
            ? ChatMessage.OfText(role, content.GetString()!)
            : new ChatMessage(role, [.. content.EnumerateArray().Select(Part)]);
    }

    private static ChatPart Part(JsonElement part) => part.GetProperty("type").GetString() == "image"
        ? new ChatPart.ImagePart()
        : new ChatPart.TextPart(part.GetProperty("text").GetString()!);
}
