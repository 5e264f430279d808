using System.CommandLine;

namespace VisionCluster.Cli.Commands;

/// <summary>A command whose help says one sentence first, which is all that a list of commands shows, and details and examples last.</summary>
internal sealed class CliCommand : Command
{
    /// <param name="name">As the command line spells it.</param>
    /// <param name="help">A line with one sentence, an empty line, details.</param>
    public CliCommand(string name, string help)
        : base(name, help.Split('\n', 2)[0].Trim()) => Details = help.Split('\n', 2)[^1].Trim();

    public string Details { get; }
}
