using System.Text.Json;
using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Tests.Templates;

public sealed class JinjaErrorTests
{
    [Theory]
    [InlineData("{% if x %}\n  {{ 1 + }}\n{% endif %}", "line 2, column 10")]
    [InlineData("a\r\nb {{ x | nosuch }}", "line 2, column 10")]
    [InlineData("{% for x in y %}\n{% endif %}", "line 2, column 4")]
    [InlineData("{{ 'é' 1 }}", "line 1, column 8")]
    [InlineData("\n\n{% break %}", "line 3, column 4")]
    [InlineData("{{ (1] }}", "line 1, column 6")]
    [InlineData("x {# y", "line 1, column 3")]
    public void Parse_SyntaxError_NamesLineAndColumn(string template, string place)
    {
        var error = Assert.Throws<ModelException>(() => ChatTemplate.Parse(template));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\n{{ nope.x }}", "line 2, column 8", "'nope' is undefined")]
    [InlineData("{{ 1 }}\n\n  {{ 'a' + 1 }}", "line 3, column 10", "can only concatenate str (not \"int\") to str")]
    [InlineData("{% for a, b in [1] %}{% endfor %}", "line 1, column 8", "cannot unpack")]
    public void Render_Failure_NamesLineColumnAndCause(string template, string place, string cause)
    {
        var error = Assert.Throws<PromptException>(() => ChatTemplate.Parse(template).Render(new TemplateContext()));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(cause, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_RaiseException_GivesMessageVerbatim()
    {
        var template = ChatTemplate.Parse("{% if messages[0].role != 'user' %}{{ raise_exception('users first!') }}{% endif %}");
        var error = Assert.Throws<PromptException>(() => template.Render([ChatMessage.OfText("assistant", "hi")]));
        Assert.Equal("users first!", error.Message);
    }

    [Theory]
    [InlineData("{{ ''.__class__ }}")]
    [InlineData("{{ ''['__class__'] }}")]
    [InlineData("{{ '' | attr('__class__') }}")]
    [InlineData("{{ '{0.__class__}'.format(1) }}")]
    [InlineData("{{ [].append(1) }}")]
    [InlineData("{{ {}.update({}) }}")]
    [InlineData("{{ namespace.__init__.__globals__ }}")]
    [InlineData("{{ x.GetType() }}")]
    public void Render_ForbiddenAccess_Fails(string template) =>
        Assert.Throws<PromptException>(() => ChatTemplate.Parse(template).Render(new TemplateContext()));

    [Fact]
    public void Render_HalfSurrogateInRequest_Fails()
    {
        var messages = JsonDocument.Parse("""[{"role": "user", "content": "\ud83d"}]""").RootElement;
        Assert.Throws<PromptException>(() => ChatTemplate.Parse("{{ messages }}").Render(new TemplateContext { Messages = messages }));
    }
}
