using System.CommandLine;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench overload</c>: what is left of the service when more is asked for than there is.</summary>
internal static class OverloadBench
{
    public static Command Create()
    {
        var options = new BenchOptions();
        var prompt = BenchOptions.Count("--prompt", 32, "Tokens of each prompt, about.");
        var output = BenchOptions.Count("--output", 64, "Tokens of each answer.");
        var seconds = BenchOptions.Count("--seconds", 10, "How long each load lasts.");
        var deadline = BenchOptions.Count("--deadline-ms", 4000, "Deadline of each request; goodput counts answers that are complete before it.");
        var loads = new Option<double[]>("--loads")
        {
            Description = "Offered loads, as multiples of the capacity that is measured first.",
            DefaultValueFactory = _ => [0.5, 1, 2, 5, 10],
            AllowMultipleArgumentsPerToken = true,
            HelpName = "X",
        };
        var images = BenchPictures.Option();
        var pictures = new Option<bool>("--with-pictures") { Description = "Each request has a new picture." };
        var command = new CliCommand(
            "overload",
            """
            Offer up to ten times what can be served, and see what is still served in time.

            Two tenants, of weights 1 and 3, ask equally often through gRPC, gateway and grains, at random times that do not wait for answers.
            The capacity is measured first, with as many requests as there are slots; then all loads in turn, once to warm up and so often as --rounds
            says, of which the median counts. The server is a process of its own on this machine; how many cores
            its engines, the rest of it, and the client took is in the report (engine's helper threads count to the rest).

            Examples:
              visioncluster bench overload --slots 16
              visioncluster bench overload --device simulated:0 --slots 16 --output 16
              visioncluster bench overload --loads 1 10 --rounds 5 --with-pictures
            """)
        { prompt, output, seconds, deadline, loads, pictures, images };
        options.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            var multiples = parsed.GetValue(loads)!;
            if (multiples.Length == 0 || multiples.Any(load => load is not (> 0 and <= 100)))
            {
                throw new CliException("--loads must be above 0 and at most 100.");
            }

            var plan = new OverloadPlan
            {
                Prompt = BenchOptions.Positive(parsed, prompt),
                Output = BenchOptions.Positive(parsed, output),
                Length = TimeSpan.FromSeconds(BenchOptions.Positive(parsed, seconds)),
                Deadline = TimeSpan.FromMilliseconds(BenchOptions.Positive(parsed, deadline)),
                Rounds = settings.Rounds,
                Loads = multiples,
                Picture = parsed.GetValue(pictures) ? BenchPictures.Read(parsed, images)[0] : null,
            };
            var report = new BenchReport("overload").About("model", ModelCompiler.NameOf(settings.Checkpoint)).About("device", settings.Hosting.Device.Id);
            await Overload.RunAsync(options.HostingArguments(parsed), report, plan, cancellation);
            report.Print(settings.Json);
            return 0;
        }));
        return command;
    }
}
