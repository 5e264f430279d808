using System.CommandLine;
using System.CommandLine.Parsing;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using VisionCluster.Cli.Hosting;
using VisionCluster.Inference;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Cli.Bench;

/// <summary>The options that measurements of a model share.</summary>
internal sealed class BenchOptions
{
    private readonly HostingOptions _hosting = new(EmbeddedModels.Default);

    private readonly Option<int> _rounds = Count("--rounds", 3, "Times that each measurement is repeated, after one that does not count.");

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object." };

    private readonly Option<double?> _firstToken = new("--ttft-ms") { Description = "Goodput counts answers whose first token comes within this time.", HelpName = "MS" };

    private readonly Option<double?> _token = new("--itl-ms") { Description = "Goodput counts answers whose mean time between tokens is at most this.", HelpName = "MS" };

    private readonly Option<string?> _profile = new("--profile")
    {
        Description = "Folder for ONNX Runtime's profiles; the report then says how much time each kind of operator took.",
        HelpName = "DIR",
    };

    public static Option<int> Count(string name, int value, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };

    public BenchOptions AddTo(Command command, bool objectives = false)
    {
        _hosting.AddTo(command);
        command.Options.Add(_rounds);
        if (objectives)
        {
            command.Options.Add(_firstToken);
            command.Options.Add(_token);
        }

        command.Options.Add(_profile);
        command.Options.Add(_json);
        return this;
    }

    public BenchSettings Read(ParseResult parsed)
    {
        var hosting = _hosting.Read(parsed);
        var profile = parsed.GetValue(_profile);
        var checkpoint = EmbeddedModels.Find(_hosting.Models(parsed)[0]);
        return new BenchSettings
        {
            Checkpoint = checkpoint,
            Compiler = hosting.Compilation(ModelCompiler.NameOf(checkpoint)),
            Hosting = profile is null ? hosting : hosting with { Device = hosting.Device with { ProfileFolder = Directory.CreateDirectory(profile).FullName } },
            Rounds = Positive(parsed, _rounds),
            Json = parsed.GetValue(_json),
            Objective = new ServiceObjective(parsed.GetValue(_firstToken), parsed.GetValue(_token)),
        };
    }

    /// <summary>What the command line says about hosting, for another command that hosts.</summary>
    public IReadOnlyList<string> HostingArguments(ParseResult parsed) => _hosting.Given(parsed);

    public static int Positive(ParseResult parsed, Option<int> option) =>
        parsed.GetValue(option) is var value && value >= 1 ? value : throw new CliException($"{option.Name} must be at least 1; it is {value}.");
}

/// <summary>What the command line says about a measurement.</summary>
internal sealed record BenchSettings
{
    public required string Checkpoint { get; init; }

    public required ModelCompilerOptions Compiler { get; init; }

    public required ModelHostOptions Hosting { get; init; }

    public required int Rounds { get; init; }

    public bool Json { get; init; }

    public ServiceObjective Objective { get; init; } = new(null, null);
}
