using System.CommandLine;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench reuse</c>: what is not computed twice.</summary>
internal static class ReuseBench
{
    private const string Scope = "bench";

    public static Command Create()
    {
        var options = new BenchOptions();
        var prefix = BenchOptions.Count("--prefix", 1024, "Tokens that prompts have in common.");
        var added = BenchOptions.Count("--new", 32, "Tokens that a prompt has of its own.");
        var images = BenchPictures.Option();
        var command = new CliCommand(
            "reuse",
            """
            Measure first tokens of prompts of which something was computed before.

            A long prefix in another prompt, an earlier turn of the same conversation (engine alone), and where the model takes pictures, one that
            was asked about before, beside a text of the same length (through the gateway).

            Examples:
              visioncluster bench reuse --prefix 1024 --new 32
            """)
        { prefix, added, images };
        options.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            var (p, n) = (BenchOptions.Positive(parsed, prefix), BenchOptions.Positive(parsed, added));
            (await MeasureAsync(settings, p, n, BenchPictures.Read(parsed, images)[0], cancellation)).Print(settings.Json);
            return 0;
        }));
        return command;
    }

    private static async Task<BenchReport> MeasureAsync(BenchSettings settings, int prefix, int added, BenchPicture picture, CancellationToken cancellation)
    {
        await using var model = await BenchModel.LoadAsync(settings);
        model.RequireRoom(prefix + added, 2);
        var (report, rows) = (model.Report("reuse").About("prefix", prefix).About("new", added), new FirstTokens());
        var number = 0;
        for (var round = 0; round <= settings.Rounds; round++)
        {
            await PrefixAsync(model, prefix, added, number, rows, cancellation);
            number += 10;
            rows.EndRound(counts: round > 0);
        }

        if (model.Compiled.Manifest.Encoder is not null)
        {
            await using var cluster = await model.StartClusterAsync(cancellation);
            using var client = new GatewayClient(cluster.Endpoint);
            for (var round = 0; round <= settings.Rounds; round++)
            {
                await PicturesAsync(model, client, picture, number++, rows, cancellation);
                rows.EndRound(counts: round > 0);
            }
        }

        return rows.AddTo(report);
    }

    private static async Task PrefixAsync(BenchModel model, int prefix, int added, int number, FirstTokens rows, CancellationToken cancellation)
    {
        var (client, common) = (new EngineClient(model.Host), Ids(model, prefix, number));
        await rows.AddAsync("only the new tokens", client.RunAsync(new BenchRequest(model.Prompt(added, number + 1), 1), cancellation));
        using (var first = model.Host.Decoder!.OpenSession())
        {
            await rows.AddAsync("prefix and new, first time", Run(Ids(model, added, number + 2), first));
            await rows.AddAsync("same prefix in another prompt", Run(Ids(model, added, number + 3), null));
        }

        using var conversation = model.Host.Decoder.OpenSession();
        int[] turn = [.. Ids(model, prefix, number + 4)];
        var answer = await client.RunAsync(new BenchRequest(new BenchPrompt.Tokens(turn), 2) { Session = conversation }, cancellation);
        int[] next = [.. turn, .. answer.TokenIds, .. Ids(model, added, number + 5)];
        await rows.AddAsync(
            "next turn of a conversation", client.RunAsync(new BenchRequest(new BenchPrompt.Tokens(next), 1) { Session = conversation }, cancellation));

        Task<RequestTrace> Run(int[] own, DecodeSession? session) => client.RunAsync(
            new BenchRequest(new BenchPrompt.Tokens([.. common, .. own]), 1) { CacheScope = Scope, Session = session }, cancellation);
    }

    private static async Task PicturesAsync(
        BenchModel model, IBenchClient client, BenchPicture picture, int number, FirstTokens rows, CancellationToken cancellation)
    {
        var ask = new BenchRequest(new BenchPrompt.Message($"{number}: what is this?", picture.Anew()), 1);
        var asked = await client.RunAsync(ask, cancellation);
        await rows.AddAsync("new picture (gateway)", Task.FromResult(asked));
        var text = new BenchRequest(model.Message(asked.PromptTokens, number), 1);
        await rows.AddAsync("text of the same length (gateway)", client.RunAsync(text, cancellation));
        await rows.AddAsync("text again (gateway)", client.RunAsync(text, cancellation));
        await rows.AddAsync("picture again (gateway)", client.RunAsync(ask, cancellation));
    }

    private static int[] Ids(BenchModel model, int tokens, int number) => ((BenchPrompt.Tokens)model.Prompt(tokens, number)).Ids;

    /// <summary>First tokens by name, in the order in which names came.</summary>
    private sealed class FirstTokens
    {
        private readonly List<(string Name, List<RequestTrace> Traces)> _rows = [];
        private readonly List<(string Name, RequestTrace Trace)> _round = [];

        public async Task AddAsync(string name, Task<RequestTrace> run) => _round.Add((name, await run));

        public void EndRound(bool counts)
        {
            foreach (var (name, trace) in counts ? _round : [])
            {
                if (_rows.Find(row => row.Name == name).Traces is { } traces)
                {
                    traces.Add(trace);
                }
                else
                {
                    _rows.Add((name, [trace]));
                }
            }

            _round.Clear();
        }

        public BenchReport AddTo(BenchReport report)
        {
            foreach (var (name, traces) in _rows)
            {
                var first = new Percentiles(traces.Select(trace => trace.FirstTokenMs).OfType<double>());
                report.Add(
                    ("prompt", name),
                    ("prompt_tokens", traces[0].PromptTokens),
                    ("cached_tokens", (int)new Percentiles(traces.Select(trace => (double)trace.CachedTokens)).P50!.Value),
                    ("ttft_ms_p50", BenchReport.Number(first.P50)),
                    ("ttft_ms_min", BenchReport.Number(first.At(0))),
                    ("ttft_ms_max", BenchReport.Number(first.Max)));
            }

            return report;
        }
    }
}
