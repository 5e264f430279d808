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
        var warmUp = BenchOptions.Count("--warm-up", 1, "Rounds before those that count. Code is compiled for good only after some hundred requests.");
        var separate = new Option<bool>("--separate")
        {
            Description = "Measure also gateway and silo as servers of their own, with the same model: in one process, and in two. Without --profile.",
        };
        var command = new CliCommand(
            "gateway",
            """
            Send the same messages to the engine alone and through gRPC, gateway and grains.

            In turn: tokens a second of many answers together, and the first token of one by itself. Clients, gateway and silo share a process;
            with --separate they are measured also as users run them: clients apart from the servers, which are one process, or two. Each turn
            begins with a request that is not measured, since the turn before may have had another process's weights in the caches. The last two
            figures compare a way with the one above it, round by round.

            Examples:
              visioncluster bench gateway --sessions 16
              visioncluster bench gateway --separate --warm-up 6 --rounds 10
            """)
        { sessions, prompt, output, warmUp, separate };
        options.AddTo(command, objectives: true);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            var report = await MeasureAsync(
                settings,
                BenchOptions.Positive(parsed, sessions),
                BenchOptions.Positive(parsed, prompt),
                BenchOptions.Positive(parsed, output),
                BenchOptions.Positive(parsed, warmUp),
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
    /// <param name="warmUp">Rounds that do not count.</param>
    /// <param name="separate">How servers of their own are started; null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    private static async Task<BenchReport> MeasureAsync(
        BenchSettings settings, int sessions, int prompt, int output, int warmUp, IReadOnlyList<string>? separate, CancellationToken cancellation)
    {
        BenchReport report;
        await using (var model = await BenchModel.LoadAsync(settings))
        await using (var cluster = await model.StartClusterAsync(cancellation))
        await using (var one = separate is null ? null : await ServedCluster.InOneProcessAsync(separate, cancellation))
        await using (var two = separate is null ? null : await ServedCluster.InTwoProcessesAsync(separate, cancellation))
        {
            model.RequireRoom(prompt * 2, output);
            report = model.Report("gateway").About("prompt", prompt).About("output", output).About("warm_up", warmUp);
            using var gateway = new GatewayClient(cluster.Endpoint);
            using var oneProcess = one is null ? null : new GatewayClient(one.Endpoint);
            using var twoProcesses = two is null ? null : new GatewayClient(two.Endpoint);
            List<(string Name, IBenchClient Client)> ways = [("engine", new EngineClient(model.Host)), ("gateway", gateway)];
            if (oneProcess is not null && twoProcesses is not null)
            {
                ways.AddRange([("one_process", oneProcess), ("two_processes", twoProcesses)]);
            }

            var number = 0; // no prompt comes twice: whoever has met it would not compute it again
            foreach (var count in new[] { sessions, 1 }.Distinct())
            {
                var figures = ways.Select(_ => new LoadFigures(settings.Objective)).ToArray();
                for (var round = 0; round < warmUp + settings.Rounds; round++)
                {
                    for (var turn = 0; turn < ways.Count; turn++)
                    {
                        var way = (round + turn) % ways.Count; // nobody always comes after the same one
                        await Load.TogetherAsync(ways[way].Client, [new BenchRequest(model.Message(prompt, number++), WarmUpTokens) { CacheScope = Scope }], cancellation);
                        var requests = Enumerable.Range(0, count).Select(_ => new BenchRequest(model.Message(prompt, number++), output) { CacheScope = Scope }).ToList();
                        var traces = await Load.TogetherAsync(ways[way].Client, requests, cancellation);
                        if (round >= warmUp)
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
