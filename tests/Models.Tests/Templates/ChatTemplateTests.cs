using System.Text.Json;
using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Tests.Templates;

public sealed class ChatTemplateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vc-template").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}", false)]
    [InlineData("{% for m in messages %}{{ m['content'][0] }}{{ m.content[1:] }}{% endfor %}", false)]
    [InlineData("{% for m in messages %}{{ m.content.split('x')[0] }}{% endfor %}", false)]
    [InlineData("{% for m in messages %}{% for p in m.content %}{% endfor %}{% endfor %}", true)]
    [InlineData("{% for m in messages %}{% if m['content'][0]['type'] == 'image' %}{% endif %}{% endfor %}", true)]
    [InlineData("{% for m in messages %}{% for p in m.content | selectattr('type', 'equalto', 'text') %}{% endfor %}{% endfor %}", true)]
    [InlineData("{% for m in messages %}{% set c = m.content %}{% if c %}{% for p in c %}{% endfor %}{% endif %}{% endfor %}", true)]
    [InlineData("{% macro f(c) %}{% for p in c %}{% endfor %}{% endmacro %}{% for m in messages %}{{ f(m.content) }}{% endfor %}", true)]
    public void TakesImages_TemplateReadsParts_IsFound(string template, bool expected) =>
        Assert.Equal(expected, ChatTemplate.Parse(template).TakesImages);

    [Fact]
    public void Render_ImageForTextTemplate_Fails()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}{{ m.content }}{% endfor %}");
        Assert.Equal("a\nb", template.Render([new ChatMessage("user", [new ChatPart.TextPart("a"), new ChatPart.TextPart("b")])]).Text);
        Assert.Throws<PromptException>(() => template.Render([new ChatMessage("user", [new ChatPart.ImagePart()])]));
    }

    [Fact]
    public void Load_JinjaFile_ComesFirstAndSeesSpecialTokens()
    {
        Write("chat_template.jinja", "jinja {{ bos_token }}{{ eos_token }}{{ pad_token }}");
        Write("chat_template.json", """{"chat_template": "json"}""");
        Write("special_tokens_map.json", """{"bos_token": {"content": "<old>"}, "eos_token": {"content": "</s>"}}""");
        Write("tokenizer_config.json", """{"chat_template": "config", "bos_token": "<s>", "pad_token": null, "add_bos_token": true}""");
        Assert.Equal("jinja <s></s>", Loaded());
    }

    [Fact]
    public void Load_ProcessorJson_ComesBeforeTokenizerConfig()
    {
        Write("chat_template.json", """{"chat_template": "json"}""");
        Write("tokenizer_config.json", """{"chat_template": "config"}""");
        Assert.Equal("json", Loaded());
    }

    [Fact]
    public void Load_NamedTemplates_TakesDefault()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "rag", "template": "r"}, {"name": "default", "template": "d"}]}""");
        Assert.Equal("d", Loaded());
    }

    [Fact]
    public void Load_NoTemplate_IsNull()
    {
        Write("tokenizer_config.json", """{"bos_token": "<s>"}""");
        Assert.Null(ChatTemplate.Load(_folder));
    }

    [Theory]
    [InlineData("chat_template.jinja", "{{ 1 +")]
    [InlineData("chat_template.json", "{")]
    public void Load_BrokenFile_NamesIt(string file, string content)
    {
        Write(file, content);
        Assert.Contains(file, Assert.Throws<ModelException>(() => ChatTemplate.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"thinking": "t"}""", "t|t")]
    [InlineData("""{"reasoning": "r"}""", "r|r")]
    [InlineData("""{"reasoning_content": "c", "thinking": "t"}""", "c|t")]
    [InlineData("""{"reasoning_content": null, "thinking": null, "reasoning": "r"}""", "r|None")]
    [InlineData("{}", "|")]
    public void Render_Reasoning_IsFilledIn(string message, string expected)
    {
        var messages = JsonDocument.Parse($"[{message}]").RootElement;
        var template = ChatTemplate.Parse("{{ messages[0].reasoning_content }}|{{ messages[0].thinking }}");
        Assert.Equal(expected, template.Render(new TemplateContext { Messages = messages }).Prompt.Text);
    }

    [Fact]
    public void Render_GenerationBlocks_GivesTheirSpans()
    {
        var template = ChatTemplate.Parse("a{% generation %}b{{ 'cd' }}{% endgeneration %}e{% generation %}f{% endgeneration %}");
        var rendering = template.Render(new TemplateContext());
        Assert.Equal("abcdef", rendering.Prompt.Text);
        Assert.Equal([new TextSpan(1, 3), new TextSpan(5, 1)], rendering.AssistantSpans);
    }

    private void Write(string file, string content) => File.WriteAllText(Path.Combine(_folder, file), content);

    private string? Loaded() => ChatTemplate.Load(_folder)?.Render([]).Text;
}
