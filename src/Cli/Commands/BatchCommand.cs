using System.CommandLine;
using Spectre.Console;
using VisionCluster.Cli.Batch;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster batch</c>: a file of requests to a file of replies.</summary>
internal static class BatchCommand
{
    public static Command Create()
    {
        var (endpoint, hosting) = (new EndpointOptions(), new HostingOptions(EmbeddedModels.Default, EmbeddedModels.Matcher));
        var input = new Option<string>("--input") { Description = "Requests, one JSON object on each line.", Required = true, HelpName = "FILE" };
        var output = new Option<string>("--output") { Description = "Replies; what is there already is kept and not asked again.", Required = true, HelpName = "FILE" };
        var concurrency = new Option<int>("--concurrency", "-c") { Description = "Requests at the same time.", DefaultValueFactory = _ => 16, HelpName = "N" };
        var command = new CliCommand(
            "batch",
            """
            Answer a file of requests in OpenAI's batch format; run again, it continues where it stopped.

            Requests are chat completions and embeddings. A line that is wrong becomes an error reply. Replies are in the order in which they were complete; custom_id names them.

            Pictures are data: URIs, or files beside the input ("type": "image", "file": "cat.jpg"). Unlike OpenAI's, temperature is 0
            unless given. "model" may be left out.

            Example input:
              {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": [{"role": "user", "content":
                [{"type": "image", "file": "red-apple.png"}, {"type": "text", "text": "What is this?"}]}], "max_tokens": 16}}
              {"custom_id": "2", "method": "POST", "url": "/v1/embeddings", "body": {"model": "emoji-siglip", "input": "red apple"}}
            (each on one line)

            Examples:
              visioncluster batch --input samples/requests.jsonl --output replies.jsonl
              visioncluster batch --input samples/requests.jsonl --output replies.jsonl --endpoint http://127.0.0.1:5400 --concurrency 64
            """)
        { input, output, concurrency };
        endpoint.AddTo(command);
        hosting.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var (source, parallel) = (parsed.GetValue(input)!, parsed.GetValue(concurrency));
            if (parallel < 1)
            {
                throw new CliException($"--concurrency must be at least 1; it is {parallel}.");
            }

            var total = BatchInput.Read(source).Count();
            using var replies = new BatchOutput(parsed.GetValue(output)!);
            var open = BatchInput.Read(source).Where(line => !replies.Done.Contains(line.Id));
            if (!open.Any())
            {
                Terminal.Error.MarkupLine($"[grey]All {total} replies are there already.[/]");
                return 0;
            }

            await using var connection = await ClusterConnection.OpenAsync(parsed, endpoint, hosting, cancellation);
            var runner = new BatchRunner(connection, Path.GetDirectoryName(Path.GetFullPath(source))!);
            return await BatchProgress.RunAsync(total, total - open.Count(), async step => await Parallel.ForEachAsync(
                open,
                new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation },
                async (line, token) =>
                {
                    var reply = await runner.AnswerAsync(line, token);
                    replies.Write(reply);
                    step(reply);
                }));
        }));
        return command;
    }
}
