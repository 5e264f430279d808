using System.CommandLine;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench gateway</c>: the same requests to the engine and through gateway and grains, in turn.</summary>
internal static class GatewayBench
{
    public static Command Create()
    {
        var options = new BenchOptions();
        var sessions = BenchOptions.Count("--sessions", 16, "Answers at the same time.");
        var prompt = BenchOptions.Count("--prompt", 64, "Tokens of each prompt, about.");
        var output = BenchOptions.Count("--output", 64, "Tokens of each answer.");
        var command = new CliCommand(
            "gateway",
            """
            Send the same messages to the engine alone and through gRPC, gateway and grains.

            In turn, in one process: tokens a second of many answers together, and the first token of one by itself.

            Examples:
              visioncluster bench gateway --sessions 16
            """)
        { sessions, prompt, output };
        options.AddTo(command, objectives: true);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            var report = await MeasureAsync(
                settings,
                BenchOptions.Positive(parsed, sessions),
                BenchOptions.Positive(parsed, prompt),
                BenchOptions.Positive(parsed, output),
                cancellation);
            report.Print(settings.Json);
            return 0;
        }));
        return command;
    }

    private static async Task<BenchReport> MeasureAsync(BenchSettings settings, int sessions, int prompt, int output, CancellationToken cancellation)
    {
        BenchReport report;
        await using (var model = await BenchModel.LoadAsync(settings))
        await using (var cluster = await model.StartClusterAsync(cancellation))
        {
            model.RequireRoom(prompt * 2, output);
            report = model.Report("gateway").About("prompt", prompt).About("output", output);
            using var gateway = new GatewayClient(cluster.Endpoint);
            var ways = new (string Name, IBenchClient Client)[] { ("engine", new EngineClient(model.Host)), ("gateway", gateway) };
            foreach (var count in new[] { sessions, 1 }.Distinct())
            {
                var figures = ways.Select(_ => new LoadFigures(settings.Objective)).ToArray();
                for (var (round, number) = (0, 0); round <= settings.Rounds; round++)
                {
                    for (var way = 0; way < ways.Length; way++)
                    {
                        var requests = Enumerable.Range(0, count).Select(_ => new BenchRequest(model.Message(prompt, number++), output)).ToList();
                        var traces = await Load.TogetherAsync(ways[way].Client, requests, cancellation);
                        if (round > 0)
                        {
                            figures[way].Add(traces);
                        }
                    }
                }

                for (var way = 0; way < ways.Length; way++)
                {
                    report.Add([("way", ways[way].Name), ("sessions", count), .. figures[way].ToFigures()]);
                }
            }
        }

        return OperatorProfile.AddTo(report, settings.Hosting.Device);
    }
}
