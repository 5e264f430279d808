using System.CommandLine;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench soak</c>: hours of load, and what is left of it afterwards.</summary>
internal static class SoakBench
{
    public static Command Create()
    {
        var options = new BenchOptions();
        var minutes = new Option<double>("--minutes") { Description = "How long.", DefaultValueFactory = _ => 30, HelpName = "N" };
        var prompt = BenchOptions.Count("--prompt", 256, "Longest prompt in tokens.");
        var output = BenchOptions.Count("--output", 64, "Longest answer in tokens.");
        var seed = BenchOptions.Count("--seed", 1, "Of lengths, pauses and cancellations.");
        var engine = new Option<bool>("--engine-only") { Description = "Leave gateway and grains out." };
        var images = BenchPictures.Option();
        var pictures = new Option<bool>("--with-pictures") { Description = "Half of the prompts have a picture; a quarter of the pictures are new." };
        var command = new CliCommand(
            "soak",
            """
            Send random requests at twice the capacity for minutes, and check that nothing is left behind.

            Lengths and times are random, twice as many requests as there are slots, some cancelled; then every slot must be free, and memory within
            5% of what it was after a fifth of the time. Exit code 1 if it is not. Prints how long requests waited.

            Examples:
              visioncluster bench soak --minutes 30 --slots 8
            """)
        { minutes, prompt, output, seed, engine, pictures, images };
        options.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            var length = parsed.GetValue(minutes);
            if (length is not (> 0 and <= 7 * 24 * 60))
            {
                throw new CliException($"--minutes must be above 0 and at most a week; it is {length}.");
            }

            var plan = new SoakPlan
            {
                Length = TimeSpan.FromMinutes(length),
                MaxPrompt = BenchOptions.Positive(parsed, prompt),
                MaxOutput = BenchOptions.Positive(parsed, output),
                Seed = parsed.GetValue(seed),
                EngineOnly = parsed.GetValue(engine),
                Picture = parsed.GetValue(pictures) ? BenchPictures.Read(parsed, images)[0] : null,
            };
            var (report, sound) = await Soak.RunAsync(settings, plan, cancellation);
            report.Print(settings.Json);
            return sound ? 0 : CliRunner.Failed;
        }));
        return command;
    }
}
