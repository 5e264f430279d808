using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench engine</c>: scheduler, sampler and graphs, without Orleans and gRPC.</summary>
internal static class EngineBench
{
    private const string Scope = "bench";

    public static Command Create()
    {
        var options = new BenchOptions();
        var sessions = new Option<int[]>("--sessions")
        {
            Description = "Answers at the same time; repeatable. Default: 1, 8 and 32.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "N",
        };
        var prompt = BenchOptions.Count("--prompt", 256, "Tokens of each prompt.");
        var output = BenchOptions.Count("--output", 64, "Tokens of each answer.");
        var shared = new Option<bool>("--share-prefix") { Description = "Prompts share all tokens but the last, so that their keys and values are made once." };
        var ids = new Option<string?>("--prompt-ids")
        {
            Description = "Token ids of a prompt, separated by commas, to be answered before: the report says with which tokens.",
            HelpName = "IDS",
        };
        var command = new CliCommand(
            "engine",
            """
            Measure the decode engine alone.

            Continuous batching, sampling and text, without Orleans and gRPC.

            Examples:
              visioncluster bench engine
              visioncluster bench engine --model SmolLM2.gguf --precision int8 --sessions 8 32 --share-prefix --json
            """)
        { sessions, prompt, output, shared, ids };
        options.AddTo(command, objectives: true);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            int[] counts = parsed.GetValue(sessions) is { Length: > 0 } given ? given : [1, 8, 32];
            if (counts.Any(count => count < 1))
            {
                throw new CliException($"--sessions must be at least 1; it is {counts.Min()}.");
            }

            var work = new Work(BenchOptions.Positive(parsed, prompt), BenchOptions.Positive(parsed, output), parsed.GetValue(shared), Ids(parsed.GetValue(ids)));
            (await MeasureAsync(settings, counts, work, cancellation)).Print(settings.Json);
            return 0;
        }));
        return command;
    }

    private static async Task<BenchReport> MeasureAsync(BenchSettings settings, int[] counts, Work work, CancellationToken cancellation)
    {
        BenchReport report;
        await using (var model = await BenchModel.LoadAsync(settings))
        {
            model.RequireRoom(work.Prompt, work.Output);
            report = model.Report("engine").About("prompt", work.Prompt).About("output", work.Output);
            var (client, number) = (new EngineClient(model.Host), 0);
            if (work.Given.Length > 0)
            {
                var answer = await client.RunAsync(new BenchRequest(new BenchPrompt.Tokens(work.Given), work.Output), cancellation);
                report.About("generated", new JsonArray([.. answer.TokenIds.Select(id => (JsonNode)id)]));
            }

            foreach (var count in counts)
            {
                var figures = new LoadFigures(settings.Objective);
                for (var round = 0; round <= settings.Rounds; round++)
                {
                    var traces = await RoundAsync(model, client, count, work, number++, cancellation);
                    if (round > 0)
                    {
                        figures.Add(traces);
                    }
                }

                report.Add([("sessions", count), .. figures.ToFigures()]);
            }
        }

        return OperatorProfile.AddTo(report, settings.Hosting.Device);
    }

    private static int[] Ids(string? text) => text is null ? [] :
        [.. text.Split(',').Select(id => int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
            : throw new CliException($"--prompt-ids has {id}, which is no token id."))];

    private static async Task<IReadOnlyList<RequestTrace>> RoundAsync(
        BenchModel model, EngineClient client, int count, Work work, int number, CancellationToken cancellation)
    {
        if (!work.SharePrefix)
        {
            var prompts = Enumerable.Range(0, count).Select(i => model.Prompt(work.Prompt, (number * count) + i));
            return await Load.TogetherAsync(client, prompts.Select(prompt => new BenchRequest(prompt, work.Output)), cancellation);
        }

        // A conversation before them makes the keys and values that the others take, and keeps them in its slot.
        var all = model.SharingPrefix(work.Prompt, count + 1, number);
        using var first = model.Host.Decoder!.OpenSession();
        await client.RunAsync(new BenchRequest(all[^1], 1) { CacheScope = Scope, Session = first }, cancellation);
        return await Load.TogetherAsync(
            client, all.Take(count).Select(prompt => new BenchRequest(prompt, work.Output) { CacheScope = Scope }), cancellation);
    }

    /// <param name="Prompt">Tokens of each prompt.</param>
    /// <param name="Output">Tokens of each answer.</param>
    /// <param name="SharePrefix">Whether prompts differ in their last token only.</param>
    /// <param name="Given">A prompt whose answer is shown; empty for none.</param>
    private sealed record Work(int Prompt, int Output, bool SharePrefix, int[] Given);
}
