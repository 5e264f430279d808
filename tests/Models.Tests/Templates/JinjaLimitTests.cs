using VisionCluster.Models.Templates;
using VisionCluster.Models.Templates.Jinja;

namespace VisionCluster.Models.Tests.Templates;

/// <summary>Every bound of <see cref="JinjaLimits"/> stops the template that meets it and leaves alone the one that does not.</summary>
public sealed class JinjaLimitTests
{
    private const string TwoDeepLists =
        "{% set a = namespace(l=[], m=[]) %}{% for i in range(COUNT) %}{% set a.l = [a.l] %}{% set a.m = [a.m] %}{% endfor %}";

    [Fact]
    public void Parse_LongSource_Fails()
    {
        var limits = new JinjaLimits { MaxSourceLength = 10 };
        Assert.NotNull(ChatTemplate.Parse("0123456789", limits));
        Assert.Throws<ModelException>(() => ChatTemplate.Parse("0123456789a", limits));
    }

    [Theory]
    [InlineData("{{ ", "(", "1", ")", " }}")]
    [InlineData("{{ ", "[", "1", "]", " }}")]
    [InlineData("{{ ", "{1:", "1", "}", " }}")]
    [InlineData("{{ ", "not ", "1", "", " }}")]
    [InlineData("{{ ", "- ", "1", "", " }}")]
    [InlineData("{{ ", "", "1", " | abs", " }}")]
    [InlineData("{{ ", "", "1", " + 1", " }}")]
    [InlineData("{{ ", "", "x", ".x", " }}")]
    [InlineData("{{ ", "", "x", "[1]", " }}")]
    [InlineData("{{ ", "1 if 1 else ", "1", "", " }}")]
    [InlineData("", "{% if 1 %}", "1", "{% endif %}", "")]
    [InlineData("", "{% for i in [1] %}", "1", "{% endfor %}", "")]
    [InlineData("", "{% macro m() %}", "1", "{% endmacro %}", "")]
    [InlineData("{% for ", "(", "a", ")", " in [1] %}{% endfor %}")]
    public void Parse_DeepNesting_Fails(string before, string open, string middle, string close, string after)
    {
        Assert.NotNull(ChatTemplate.Parse(Nested(20)));
        Assert.Throws<ModelException>(() => ChatTemplate.Parse(Nested(10_000)));

        string Nested(int depth) => before + Times(open, depth) + middle + Times(close, depth) + after;
    }

    [Theory]
    [InlineData("{% macro f(n) %}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(COUNT) }}", 20)]
    [InlineData("{% macro f(n) %}{{ caller() }}{% if n %}{% call f(n - 1) %}{% endcall %}{% endif %}{% endmacro %}"
        + "{% call f(COUNT) %}{% endcall %}", 20)]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(COUNT) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}", 100)]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(COUNT) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | tojson }}", 100)]
    [InlineData(TwoDeepLists + "{{ a.l == a.m }}", 100)]
    [InlineData(TwoDeepLists + "{{ a.l < a.m }}", 100)]
    [InlineData("{% set a = namespace(t=()) %}{% for i in range(COUNT) %}{% set a.t = (a.t,) %}{% endfor %}{{ {a.t: 1} }}", 100)]
    [InlineData("{% set a = namespace(x='1') %}{% for i in range(COUNT) %}{% set a.x = a.x|map('int') %}{% endfor %}{{ a.x|list }}", 100)]
    [InlineData("{% for x in [COUNT] recursive %}{% if x %}{{ loop([x - 1]) }}{% endif %}{% endfor %}", 20)]
    public void Render_DeepRecursion_FailsOnSmallStacks(string template, int fine)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() =>
        {
            Render(template.Replace("COUNT", $"{fine}"), new JinjaLimits());
            Assert.Throws<PromptException>(() => Render(template.Replace("COUNT", "90000"), new JinjaLimits { MaxDepth = int.MaxValue }));
            Assert.Throws<PromptException>(() => Render(template.Replace("COUNT", "90000"), new JinjaLimits()));
        }), maxStackSize: 768 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    [Fact]
    public void Render_CyclicNamespace_Fails() =>
        Assert.Throws<PromptException>(() => Render("{% set ns = namespace() %}{% set ns.self = [ns] %}{{ ns }}", new JinjaLimits()));

    [Theory]
    [InlineData("{% for i in range(1000) %}{% endfor %}")]
    [InlineData("{{ range(1000) | list }}")]
    [InlineData("{{ 500 in range(1000) | list }}")]
    [InlineData("{{ 'a' * 4000 }}")]
    [InlineData("{{ range(1000) | map('string') | join }}")]
    [InlineData("{% set ns = namespace(l=[1, 2]) %}{% for i in range(30) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}")]
    public void Render_ManySteps_Fails(string template)
    {
        var error = Assert.Throws<PromptException>(() => Render(template, new JinjaLimits { MaxSteps = 500 }));
        Assert.Contains("500 steps", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_LongOutput_Fails()
    {
        Assert.Equal(100, Render("{{ 'a' * 50 }}{{ 'a' * 50 }}", new JinjaLimits { MaxOutputLength = 100 }).Length);
        Assert.Throws<PromptException>(() => Render("{{ 'a' * 50 }}{{ 'a' * 51 }}", new JinjaLimits { MaxOutputLength = 100 }));
    }

    [Theory]
    [InlineData("{{ 'a' * 101 }}")]
    [InlineData("{{ ('a' * 60 ~ 'a' * 60) }}")]
    [InlineData("{{ ('a' * 60 + 'a' * 60) }}")]
    [InlineData("{{ 'a' | center(101) }}")]
    [InlineData("{{ 'a'.ljust(101) }}")]
    [InlineData("{{ 'a'.zfill(101) }}")]
    [InlineData("{{ '%101d' % 1 }}")]
    [InlineData("{{ '%.101d' % 1 }}")]
    [InlineData("{{ '{:101}'.format(1) }}")]
    [InlineData("{{ ('a' * 20) | replace('a', 'bbbbbb') }}")]
    [InlineData("{{ ['a'] * 60 | string }}")]
    [InlineData("{{ ('a\n' * 20) | indent(10) }}")]
    [InlineData("{{ range(60) | join('--') }}")]
    [InlineData("{{ [[1]] | tojson(indent=60) }}")]
    [InlineData("{{ '\t'.expandtabs(101) }}")]
    [InlineData("{% set x %}{% for i in range(60) %}ab{% endfor %}{% endset %}")]
    public void Render_LongString_Fails(string template) =>
        Assert.Throws<PromptException>(() => Render(template, new JinjaLimits { MaxStringLength = 100 }));

    [Theory]
    [InlineData("{{ [0] * 11 }}")]
    [InlineData("{{ [0] * 6 + [0] * 6 }}")]
    [InlineData("{{ range(11) | list }}")]
    [InlineData("{{ range(11) | sort }}")]
    [InlineData("{{ 'a b c d e f g h i j k l'.split() }}")]
    [InlineData("{{ [1] | batch(20, 0) | list }}")]
    public void Render_LongList_Fails(string template) =>
        Assert.Throws<PromptException>(() => Render(template, new JinjaLimits { MaxItems = 10 }));

    [Theory]
    [InlineData("{{ range(100000) | length }}", true)]
    [InlineData("{{ range(100001) | length }}", false)]
    [InlineData("{{ range(0, 10 ** 30, 10 ** 26) | length }}", true)]
    public void Render_Range_IsLimited(string template, bool renders) =>
        Assert.Equal(renders, Record.Exception(() => Render(template, new JinjaLimits())) is null);

    [Theory]
    [InlineData("{{ 2 ** 65 }}")]
    [InlineData("{{ 9 ** 9 ** 9 ** 9 }}")]
    [InlineData("{{ 9223372036854775807 * 9223372036854775807 }}")]
    [InlineData("{{ 2 ** 63 + 2 ** 63 + 2 ** 63 }}")]
    [InlineData("{{ 2 ** (10 ** 18) }}")]
    public void Render_LargeIntegers_Fail(string template) =>
        Assert.Throws<PromptException>(() => Render(template, new JinjaLimits { MaxIntegerBits = 64 }));

    [Fact]
    public void Render_LongTime_Fails()
    {
        var template = ChatTemplate.Parse("{% for i in range(100000) %}{% endfor %}").With(new SlowClock());
        var error = Assert.Throws<PromptException>(() => template.Render(new TemplateContext()));
        Assert.Contains("longer than 10 seconds", error.Message, StringComparison.Ordinal);
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static string Render(string template, JinjaLimits limits) =>
        ChatTemplate.Parse(template, limits).Render(new TemplateContext()).Prompt.Text;

    /// <summary>A second passes with every reading.</summary>
    private sealed class SlowClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
