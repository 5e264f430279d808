using System.CommandLine;
using System.Diagnostics;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench mixed</c>: answers run while prompts arrive, with pictures where the model takes them.</summary>
internal static class MixedBench
{
    private const int RunningPrompt = 64;

    /// <summary>Steps of each running answer before a prompt arrives: what an idle step takes.</summary>
    private const int IdleSteps = 24;

    public static Command Create()
    {
        var options = new BenchOptions();
        var sessions = BenchOptions.Count("--sessions", 8, "Answers that run all the time.");
        var prompt = BenchOptions.Count("--prompt", 512, "Tokens of the prompt that arrives.");
        var images = BenchPictures.Option();
        var pictures = new Option<bool>("--with-picture") { Description = "Prompts arrive with a new picture each." };
        var command = new CliCommand(
            "mixed",
            """
            Let answers run and send a prompt in between.

            Its first token, alone and in their company, and what they notice of it. The engine alone; each round measures both in turn.

            Examples:
              visioncluster bench mixed --sessions 8 --prompt 64 --with-picture
            """)
        { sessions, prompt, pictures, images };
        options.AddTo(command, objectives: true);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            var picture = parsed.GetValue(pictures) ? BenchPictures.Read(parsed, images)[0] : null;
            var work = new Work(BenchOptions.Positive(parsed, sessions), BenchOptions.Positive(parsed, prompt), picture);
            (await MeasureAsync(settings, work, cancellation)).Print(settings.Json);
            return 0;
        }));
        return command;
    }

    private static async Task<BenchReport> MeasureAsync(BenchSettings settings, Work work, CancellationToken cancellation)
    {
        BenchReport report;
        await using (var model = await BenchModel.LoadAsync(settings))
        {
            // What an answer may become while it waits to be cancelled; the context bounds it.
            var room = model.Host.ContextTokens - RunningPrompt - 1;
            model.RequireRoom(work.Prompt, 2);
            model.RequireRoom(RunningPrompt, IdleSteps * 2);
            report = model.Report("mixed").About("sessions", work.Sessions).About("prompt", work.Prompt).About("picture", work.Picture?.Name);
            var (client, rounds) = (new EngineClient(model.Host), new List<Round>());
            for (var round = 0; round <= settings.Rounds; round++)
            {
                var alone = await client.RunAsync(Arrival(model, work, 2 * round), cancellation);
                var company = await InCompanyAsync(model, client, work, 2 * round, room, cancellation) with { Alone = alone };
                cancellation.ThrowIfCancellationRequested();
                if (round > 0)
                {
                    rounds.Add(company);
                }
            }

            Report(report, rounds, settings.Objective);
        }

        return OperatorProfile.AddTo(report, settings.Hosting.Device);
    }

    private static void Report(BenchReport report, IReadOnlyList<Round> rounds, ServiceObjective objective)
    {
        var (alone, company) = (new Percentiles(rounds.Select(r => r.Alone!.FirstTokenMs!.Value)), new Percentiles(rounds.Select(r => r.Arrived.FirstTokenMs!.Value)));
        var (idle, busy) = (new Percentiles(rounds.SelectMany(r => r.IdleGaps)), new Percentiles(rounds.SelectMany(r => r.BusyGaps)));
        report.Add(
            ("ttft_alone_ms_p50", BenchReport.Number(alone.P50)),
            ("ttft_ms_p50", BenchReport.Number(company.P50)),
            ("ttft_ms_p99", BenchReport.Number(company.P99)),
            ("ttft_ratio", BenchReport.Number(company.P50 / alone.P50)),
            ("idle_step_ms", BenchReport.Number(idle.Mean)),
            ("idle_step_ms_p99", BenchReport.Number(idle.P99)),
            ("itl_ms_p50", BenchReport.Number(busy.P50)),
            ("itl_ms_p90", BenchReport.Number(busy.P90)),
            ("itl_ms_p99", BenchReport.Number(busy.P99)),
            ("itl_ratio", BenchReport.Number(busy.P99 / idle.Mean)),
            ("goodput_share", BenchReport.Number(rounds.Average(r => objective.IsMetBy(r.Arrived) ? 1.0 : 0))));
    }

    private static BenchRequest Arrival(BenchModel model, Work work, int number) => new(
        work.Picture is { } picture ? model.Message(work.Prompt, number) with { Picture = picture.Anew() } : model.Prompt(work.Prompt, number), 2);

    private static async Task<Round> InCompanyAsync(
        BenchModel model, EngineClient client, Work work, int number, int room, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var warm = new Barrier(work.Sessions, IdleSteps);
        var running = Enumerable.Range(0, work.Sessions).Select(i => Task.Run(() => client.RunAsync(
            new BenchRequest(model.Prompt(RunningPrompt, (1000 * number) + i + 1), room) { OnToken = warm.OnToken }, end.Token))).ToList();
        await Task.WhenAny(warm.Reached, Task.WhenAll(running));
        var arrivedAt = Stopwatch.GetTimestamp();
        var arrived = await client.RunAsync(Arrival(model, work, number + 1), cancellation);

        // Its second token comes with the others' next one, whose gap is the last that its prompt made longer.
        var answeredAt = arrived.Arrivals.Count == 0 ? arrivedAt : arrived.Arrivals[^1];
        await end.CancelAsync();
        var traces = await Task.WhenAll(running);

        // Until all of them run, a step is not yet what it will be.
        var all = traces.Max(trace => trace.Arrivals[0]);
        return new Round(
            arrived,
            [.. traces.SelectMany(trace => trace.GapsMs(all, arrivedAt))],
            [.. traces.SelectMany(trace => trace.GapsMs(arrivedAt, answeredAt))]);
    }

    private sealed record Work(int Sessions, int Prompt, BenchPicture? Picture);

    private sealed record Round(RequestTrace Arrived, IReadOnlyList<double> IdleGaps, IReadOnlyList<double> BusyGaps)
    {
        public RequestTrace? Alone { get; init; }
    }

    /// <summary>Reached when every answer has so many tokens.</summary>
    private sealed class Barrier(int parties, int tokens)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting = parties;

        public Task Reached => _reached.Task;

        public void OnToken(int number)
        {
            if (number == tokens && Interlocked.Decrement(ref _waiting) == 0)
            {
                _reached.TrySetResult();
            }
        }
    }
}
