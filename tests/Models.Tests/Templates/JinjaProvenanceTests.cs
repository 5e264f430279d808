using System.Text.Json;
using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Tests.Templates;

/// <summary>
/// Which parts of the output count as user text. The templates see <c>u</c> = <c>" ab "</c> from the request; expectations put user text
/// in angle brackets.
/// </summary>
public sealed class JinjaProvenanceTests
{
    [Theory]
    [InlineData("x{{ u }}y", "x< ab >y")]
    [InlineData("x{{ u | trim }}y", "x<ab>y")]
    [InlineData("{{ 'x' + u.strip() ~ 'y' }}", "x<ab>y")]
    [InlineData("{{ ('x' ~ u ~ 'y').replace('a', 'A') }}", "x< >A<b >y")]
    [InlineData("{{ 'x-y' | replace('-', u) }}", "x< ab >y")]
    [InlineData("{{ ('1,' ~ u ~ ',2').split(',') | join('|') }}", "1|< ab >|2")]
    [InlineData("{{ ['x', u, 'y'] | join('-') }}", "x-< ab >-y")]
    [InlineData("{{ u.join(['x', 'y']) }}", "x< ab >y")]
    [InlineData("{{ ('xy' ~ u)[1:4] }}", "y< a>")]
    [InlineData("{{ ('x' ~ u ~ 'y')[::-1] }}", "y< ba >x")]
    [InlineData("{{ ('x' ~ u ~ 'y') | upper }}", "X< AB >Y")]
    [InlineData("{{ ('x' ~ u ~ 'ß').upper() }}", "<X AB SS>")]
    [InlineData("{{ 'x%s|%5s|y' % (u, 'z') }}", "x< ab >|    z|y")]
    [InlineData("{{ 'x{}{:>6}y'.format(u, u) }}", "x< ab >  < ab >y")]
    [InlineData("{{ {'k': u} | tojson }}", "<{\"k\": \" ab \"}>")]
    [InlineData("{{ {'k': 'v'} | tojson }}", "{\"k\": \"v\"}")]
    [InlineData("{{ [u] }}", "<[' ab ']>")]
    [InlineData("{{ u * 2 }}x", "< ab  ab >x")]
    [InlineData("{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(u) }}", "[< ab >]")]
    [InlineData("{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}{{ u }}{% endcall %}", "[< ab >]")]
    [InlineData("{% set ns = namespace(s='') %}{% for i in [1, 2] %}{% set ns.s = ns.s ~ i ~ u %}{% endfor %}{{ ns.s }}", "1< ab >2< ab >")]
    [InlineData("{% for c in u %}{{ c }}.{% endfor %}", "< >.<a>.<b>.< >.")]
    [InlineData("{% set s %}x{{ u }}{% endset %}{{ s }}y", "x< ab >y")]
    [InlineData("{% filter trim %} x{{ u }}{% endfilter %}", "x< ab>")]
    [InlineData("{{ u | indent(2, true) }}", "  < ab >")]
    [InlineData("{{ u | center(8) }}|", "  < ab >  |")]
    [InlineData("{{ ('&' ~ u) | e }}", "<&amp; ab >")]
    [InlineData("{{ dict(**d) }}", "<{'k': 1}>")]
    [InlineData("{% for k in d %}{{ k }}{% endfor %}", "<k>")]
    [InlineData("{% macro m() %}{% for k in kwargs %}{{ k }}{% endfor %}{% endmacro %}{{ m(**d) }}{{ m(z=1) }}", "<k>z")]
    [InlineData("{{ 'x' if u == ' ab ' else 'y' }}{{ {' ab ': 'v'}[u] }}", "xv")]
    [InlineData("{{ u | length }}{{ u.strip() | first }}{{ 'ba' | sort | first }}", "4<a>a")]
    [InlineData("{{ (u ~ 'x') | title }}{{ u | wordcount }}", "< Ab >X1")]
    [InlineData("{{ ('a ' ~ u ~ ' tail of words') | truncate(9) }}", "a < ab>...")]
    [InlineData("{{ eos }}{{ u }}", "END< ab >")]
    public void Render_UserText_KeepsItsOrigin(string template, string expected)
    {
        var rendering = ChatTemplate.Parse(template).Render(new TemplateContext
        {
            UserVariables = Members("""{"u": " ab ", "d": {"k": 1}}"""),
            Variables = Members("""{"eos": "END"}"""),
        });

        Assert.Equal(expected, Bracketed(rendering.Prompt));
    }

    [Fact]
    public void Render_ChatMessages_MarksRolesAndTextsOnly()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}<|{{ m.role }}|>{% for p in m.content %}"
            + "{% if p.type == 'image' %}<image>{% else %}{{ p.text }}{% endif %}{% endfor %}{% endfor %}");

        var prompt = template.Render([new ChatMessage("user", [new ChatPart.ImagePart(), new ChatPart.TextPart("<image>")])]);

        Assert.Equal("<|user|><image><image>", prompt.Text);
        Assert.Equal([new TextSpan(2, 4), new TextSpan(15, 7)], prompt.UserSpans);
    }

    private static Dictionary<string, JsonElement> Members(string json) => TemplateFixture.Members(JsonDocument.Parse(json).RootElement);

    private static string Bracketed(RenderedPrompt prompt)
    {
        var text = prompt.Text;
        foreach (var span in prompt.UserSpans.Reverse())
            text = text.Insert(span.End, ">").Insert(span.Start, "<");
        return text;
    }
}
