using System.CommandLine;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Names() =>
        [.. RootCommands.Create().Subcommands.SelectMany(command => command.Subcommands.Select(part => $"{command.Name} {part.Name}").Prepend(command.Name))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Help_EachCommand_SaysOneSentenceThenOptionsThenExamples(string name)
    {
        var help = Help([.. name.Split(' '), "--help"]);

        var command = name.Split(' ').Aggregate((Command)RootCommands.Create(), (parent, part) => parent.Subcommands.Single(child => child.Name == part));
        Assert.Matches(@"^[A-Z][^\n]{10,110}\.$", command.Description);
        var (summary, options, examples) = (
            help.IndexOf(command.Description!, StringComparison.Ordinal),
            help.IndexOf("Options:", StringComparison.Ordinal),
            help.IndexOf($"  visioncluster {name}", help.IndexOf("Examples:", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.True(summary >= 0 && summary < options && options < examples, help);
    }

    [Fact]
    public void Help_OfTheProgram_ListsEachCommandOnOneLine()
    {
        var commands = Help("--help").Split("Commands:")[1].Trim().ReplaceLineEndings("\n").Split('\n');

        Assert.Equal(RootCommands.Create().Subcommands.Count, commands.Length);
    }

    private static string Help(params string[] arguments)
    {
        using var output = new StringWriter();
        Assert.Equal(0, RootCommands.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = output }));
        return output.ToString();
    }
}
