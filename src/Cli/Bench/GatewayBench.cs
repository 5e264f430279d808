using System.CommandLine;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench gateway</c>: the same requests to the engine and through gateway and grains, in turn.</summary>
internal static class GatewayBench
{
    private const int WarmUpTokens = 8;
    private const string Scope = "bench"; // what prompts begin with alike is there for all ways

    public static Command Create()
    {
        var options = new BenchOptions();
        var sessions = BenchOptions.Count("--sessions", 16, "Answers at the same time.");
        var prompt = BenchOptions.Count("--prompt", 64, "Tokens of each prompt, about.");
        var output = BenchOptions.Count("--output", 64, "Tokens of each answer.");
        var separate = new Option<bool>("--separate")
        {
            Description = "Measure also a gateway whose silo, with the same model, is a process of its own. Without --profile.",
        };
        var command = new CliCommand(
            "gateway",
            """
            Send the same messages to the engine alone and through gRPC, gateway and grains.

            In turn: tokens a second of many answers together, and the first token of one by itself. The gateway shares its process with the silo;
            with --separate there is also one that does not. Each turn begins with a request that is not measured, since the turn before may have had
            another process's weights in the caches. The last two figures compare a way with the one above it, round by round.

            Examples:
              visioncluster bench gateway --sessions 16
              visioncluster bench gateway --separate --rounds 10
            """)
        { sessions, prompt, output, separate };
        options.AddTo(command, objectives: true);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            var report = await MeasureAsync(
                settings,
                BenchOptions.Positive(parsed, sessions),
                BenchOptions.Positive(parsed, prompt),
                BenchOptions.Positive(parsed, output),
                parsed.GetValue(separate) ? options.HostingArguments(parsed) : null,
                cancellation);
            report.Print(settings.Json);
            return 0;
        }));
        return command;
    }

    /// <param name="settings">Of all measurements.</param>
    /// <param name="sessions">Answers at the same time.</param>
    /// <param name="prompt">Tokens.</param>
    /// <param name="output">Tokens.</param>
    /// <param name="separate">How the silo of its own is started; null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    private static async Task<BenchReport> MeasureAsync(
        BenchSettings settings, int sessions, int prompt, int output, IReadOnlyList<string>? separate, CancellationToken cancellation)
    {
        BenchReport report;
        await using (var model = await BenchModel.LoadAsync(settings))
        await using (var cluster = await model.StartClusterAsync(cancellation))
        await using (var other = separate is null ? null : await SeparateCluster.StartAsync(separate, cancellation))
        {
            model.RequireRoom(prompt * 2, output);
            report = model.Report("gateway").About("prompt", prompt).About("output", output);
            using var gateway = new GatewayClient(cluster.Endpoint);
            using var apart = other is null ? null : new GatewayClient(other.Endpoint);
            List<(string Name, IBenchClient Client)> ways = [("engine", new EngineClient(model.Host)), ("gateway", gateway)];
            if (apart is not null)
            {
                ways.Add(("separate", apart));
            }

            foreach (var count in new[] { sessions, 1 }.Distinct())
            {
                var figures = ways.Select(_ => new LoadFigures(settings.Objective)).ToArray();
                for (var (round, number) = (0, 0); round <= settings.Rounds; round++)
                {
                    for (var turn = 0; turn < ways.Count; turn++)
                    {
                        var way = (round + turn) % ways.Count; // nobody always comes after the same one
                        await Load.TogetherAsync(ways[way].Client, [new BenchRequest(model.Message(prompt, number++), WarmUpTokens) { CacheScope = Scope }], cancellation);
                        var requests = Enumerable.Range(0, count).Select(_ => new BenchRequest(model.Message(prompt, number++), output) { CacheScope = Scope }).ToList();
                        var traces = await Load.TogetherAsync(ways[way].Client, requests, cancellation);
                        if (round > 0)
                        {
                            figures[way].Add(traces);
                        }
                    }
                }

                for (var way = 0; way < ways.Count; way++)
                {
                    var tax = way == 0 ? (Rate: null, LaterMs: null) : figures[way].Against(figures[way - 1]);
                    report.Add(
                    [
                        ("way", ways[way].Name), ("sessions", count), .. figures[way].ToFigures(),
                        ("rate_of_above", BenchReport.Number(tax.Rate)), ("ttft_ms_over_above", BenchReport.Number(tax.LaterMs)),
                    ]);
                }
            }
        }

        return OperatorProfile.AddTo(report, settings.Hosting.Device);
    }
}
