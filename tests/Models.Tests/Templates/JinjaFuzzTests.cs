using System.Diagnostics;
using System.Text;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Templates.Jinja;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Templates;

/// <summary>Whatever the template, it ends with a text, a <see cref="ModelException"/> or a <see cref="PromptException"/>.</summary>
public sealed class JinjaFuzzTests
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "(", ")", "[", "]", "{", "}", "|", ".", ",", ":", "=", "==", "<",
        "~", "*", "**", "/", "//", "%", "'a'", "\"b\"", "1", "2.5", "1e400", "10", "x", "y", "messages", "loop", "ns", "m", "not",
        "and", "or", "in", "is", "if", "else", "elif", "endif", "for", "endfor", "set", "endset", "macro", "endmacro", "call",
        "endcall", "filter", "endfilter", "raw", "endraw", "with", "endwith", "generation", "endgeneration", "recursive", "break",
        "continue", "namespace(", "range(", "dict(", "loop(", "caller()", "trim", "upper", "join", "map(", "select(", "sort",
        "tojson", "default(", "groupby(", "batch(", "indent(", "replace(", "format(", "round(", "defined", "string", "mapping",
        "items()", "split(", "strip()", "'%s'", "'{}'", "'{:9}'", "\\", "'", "\"", "é", "😀", "\0", "::", "none", "true", "kwargs",
        "varargs", "**x", "*y", "__class__", "|list", "|first", "|last|", "|int", "|float", "|length", ".format(",
        ".replace('', 'q')",
    ];

    private static readonly JinjaLimits Limits = new()
    {
        MaxSteps = 20_000,
        MaxStringLength = 20_000,
        MaxOutputLength = 20_000,
        MaxItems = 5_000,
        MaxTime = TimeSpan.FromSeconds(2),
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Render_TokenSoup_EndsInAnOrderlyWay(int seed)
    {
        var random = new Random(seed);
        RunFor(TimeSpan.FromSeconds(2), maxRounds: 20_000, () =>
        {
            var source = new StringBuilder(random.Next(3) == 0 ? "" : "{{ ");
            for (var count = random.Next(1, 30); count > 0; count--)
                source.Append(Pieces[random.Next(Pieces.Length)]).Append(random.Next(4) == 0 ? " " : "");
            return source.Append(random.Next(3) == 0 ? "" : " }}").ToString();
        });
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Render_MutatedTemplates_EndsInAnOrderlyWay(int seed)
    {
        var random = new Random(seed);
        string[] sources = [.. Sources()];
        RunFor(TimeSpan.FromSeconds(2), maxRounds: 5_000, () =>
        {
            var source = new StringBuilder(sources[random.Next(sources.Length)]);
            for (var count = random.Next(1, 6); count > 0 && source.Length > 4; count--)
            {
                var at = random.Next(source.Length);
                switch (random.Next(4))
                {
                    case 0: source.Remove(at, Math.Min(random.Next(1, 12), source.Length - at)); break;
                    case 1: source.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                    case 2: source[at] = source[random.Next(source.Length)]; break;
                    default: source.Insert(at, source.ToString(random.Next(source.Length / 2), random.Next(source.Length / 2))); break;
                }
            }

            return source.ToString();
        });
    }

    private static IEnumerable<string> Sources()
    {
        yield return "{% macro m(a, b=2) %}{{ a }}{{ caller() if caller }}{% endmacro %}{% set ns = namespace(n=0) %}"
            + "{% for x in messages recursive %}{% set ns.n = ns.n + loop.index %}{{ m(x.content | trim, b=loop.last) }}{% endfor %}"
            + "{{ ns.n }}";
        yield return "{% call(q) m(1) %}{{ q }}{% endcall %}{% filter upper %}{{ x.y[1:2] | default('d') }}{% endfilter %}"
            + "{{ '%5.2f' % 1.5 }}";
        foreach (var folder in Fixtures.Folders("templates"))
        {
            var file = Path.Combine(folder, "template.jinja");
            if (File.Exists(file))
                yield return File.ReadAllText(file);
        }
    }

    private static void RunFor(TimeSpan time, int maxRounds, Func<string> next)
    {
        var watch = Stopwatch.StartNew();
        ChatMessage[] messages = [ChatMessage.OfText("user", " Hello 😀 "), ChatMessage.OfText("assistant", "<think>x</think>y")];
        for (var round = 0; round < maxRounds && watch.Elapsed < time; round++)
        {
            var source = next();
            var before = watch.Elapsed;
            try
            {
                ChatTemplate.Parse(source, Limits).Render(messages);
            }
            catch (Exception error) when (error is ModelException or PromptException)
            {
                Assert.NotEmpty(error.Message);
            }
            catch (Exception error)
            {
                Assert.Fail($"{error}\n{source}");
            }

            Assert.True(watch.Elapsed - before < TimeSpan.FromSeconds(10), source);
        }
    }
}
