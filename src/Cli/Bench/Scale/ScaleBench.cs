using System.CommandLine;
using System.CommandLine.Parsing;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using VisionCluster.Cli.Hosting;
using VisionCluster.Simulation;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary><c>visioncluster bench scale</c>: clusters of growing size, of simulated devices.</summary>
internal static class ScaleBench
{
    public static Command Create()
    {
        var model = new Option<string>("--model", "-m")
        {
            Description = $"Simulated model: {string.Join(", ", SimulatedModel.Presets)}, or a file {SimulatedModel.NamePrefix}….json.",
            DefaultValueFactory = _ => EmbeddedModels.Simulated,
            HelpName = "MODEL",
        };
        var silos = new Option<int[]>("--silos")
        {
            Description = "Silos of each cluster.",
            DefaultValueFactory = _ => [1, 2, 4, 8, 16],
            AllowMultipleArgumentsPerToken = true,
            HelpName = "N",
        };
        var devices = BenchOptions.Count("--devices", 8, "Devices of each silo.");
        var gateways = BenchOptions.Count("--silos-per-gateway", 8, "A gateway for so many silos.");
        var rows = BenchOptions.Count("--rows", 8, "Users for each device: answers that run at the same time, if users do not think.");
        var think = new Option<double>("--think")
        {
            Description = "Mean seconds that a user thinks after each turn: many conversations are open then, and fewer are answered at a time.",
            HelpName = "S",
        };
        var with = new Option<ScalePictures>("--pictures")
        {
            Description = "Conversations that begin with a picture: Mixed (a quarter with a new one, a quarter with a shared one), None, or New (all).",
        };
        var probe = new Option<int?>("--probe-ms")
        {
            Description = "How long a silo waits for another's answer to a probe. Many silos in one starved process take each other for dead, which ends it.",
            HelpName = "MS",
        };
        var output = BenchOptions.Count("--output", 32, "Tokens of each answer.");
        var turns = BenchOptions.Count("--turns", 2, "Turns of each conversation.");
        var slowdown = new Option<double>("--slowdown")
        {
            Description = "How much slower than the cost model the devices are, so that this machine has time for everything else.",
            DefaultValueFactory = _ => 20,
            HelpName = "FACTOR",
        };
        var seconds = BenchOptions.Count("--seconds", 60, "How long each cluster is measured.");
        var warmUp = BenchOptions.Count("--warm-up", 20, "Seconds before.");
        var kill = new Option<bool>("--kill") { Description = "One silo more, in a process of its own, is killed half-way; conversations then have a single turn." };
        var verify = new Option<bool>("--verify") { Description = "Compare every answer with what the model says undisturbed; exit code 1 if one differs." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var images = BenchPictures.Option();
        var command = new CliCommand(
            "scale",
            """
            Measure clusters of growing size, with simulated devices.

            Silos, gateways, grains, engines and messages are real and run in this process; only the devices are simulated: they answer by a digest
            and take the time that a cost model says. See docs/scaling.md.

            Examples:
              visioncluster bench scale --silos 1 2 4 8 16 32
              visioncluster bench scale --silos 4 --kill --verify
              visioncluster bench scale --silos 32 --rows 40 --output 16 --think 120 --warm-up 120 --probe-ms 5000
            """)
        { model, silos, devices, gateways, rows, output, turns, think, with, probe, slowdown, seconds, warmUp, kill, verify, images, json };
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var plan = new ScalePlan
            {
                Model = Slower(SimulatedModel.Load(parsed.GetValue(model)!), parsed.GetValue(slowdown)),
                Pictures = BenchPictures.Read(parsed, images),
                DevicesPerSilo = BenchOptions.Positive(parsed, devices),
                SilosPerGateway = BenchOptions.Positive(parsed, gateways),
                Rows = BenchOptions.Positive(parsed, rows),
                OutputTokens = BenchOptions.Positive(parsed, output),
                Turns = BenchOptions.Positive(parsed, turns),
                Think = parsed.GetValue(think) is >= 0 and <= 86_400 and var pause
                    ? TimeSpan.FromSeconds(pause) : throw new CliException("--think must be from 0 to 86,400 seconds."),
                With = parsed.GetValue(with),
                ProbeTimeout = parsed.GetValue(probe) switch
                {
                    null => null,
                    >= 50 and <= 60_000 and var limit => TimeSpan.FromMilliseconds(limit),
                    var limit => throw new CliException($"--probe-ms must be from 50 to 60,000; it is {limit}."),
                },
                Length = TimeSpan.FromSeconds(BenchOptions.Positive(parsed, seconds)),
                WarmUp = TimeSpan.FromSeconds(BenchOptions.Positive(parsed, warmUp)),
                Kill = parsed.GetValue(kill),
                Verify = parsed.GetValue(verify),
            };
            return await RunAsync(plan, Sizes(parsed, silos), parsed.GetValue(slowdown), parsed.GetValue(json), cancellation);
        }));
        return command;
    }

    private static async Task<int> RunAsync(ScalePlan plan, int[] sizes, double slowdown, bool json, CancellationToken cancellation)
    {
        var report = new BenchReport("scale")
            .About("model", plan.Model.Name)
            .About("slowdown", slowdown)
            .About("devices_per_silo", plan.DevicesPerSilo)
            .About("users_per_device", plan.Rows)
            .About("output", plan.OutputTokens)
            .About("turns", plan.Turns)
            .About("probe_ms", plan.ProbeTimeout?.TotalMilliseconds)
            .About("think_s", plan.Think.TotalSeconds)
            .About("pictures", plan.With.ToString());
        double? reference = null;
        var mistakes = 0;
        foreach (var silos in sizes)
        {
            var measurement = new ScaleMeasurement(plan, silos);
            var figures = await Terminal.WithProgressAsync($"{silos} silos", _ => measurement.RunAsync(reference, cancellation));
            reference ??= measurement.TokensPerSecondPerSilo;
            mistakes += figures.First(figure => figure.Name == "mistakes").Value?.GetValue<int>() ?? 0;
            report.Add(figures);
        }

        report.Print(json);
        return mistakes == 0 ? 0 : CliRunner.Failed;
    }

    private static SimulatedModel Slower(SimulatedModel model, double factor) => factor is >= 0.001 and <= 100_000
        ? model with { Cost = model.Cost.Slower(factor) }
        : throw new CliException($"--slowdown must be from 0.001 to 100,000; it is {factor}.");

    private static int[] Sizes(ParseResult parsed, Option<int[]> option) => parsed.GetValue(option) is { Length: > 0 } sizes && sizes.All(s => s is >= 1 and <= 128)
        ? sizes : throw new CliException("--silos must be numbers from 1 to 128.");
}
