using System.CommandLine;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster generate</c>: a request from a file.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var (endpoint, hosting) = (new EndpointOptions(), new HostingOptions(EmbeddedModels.Default));
        var file = new Option<string>("--request", "-r") { Description = "Request in JSON; - = standard input.", Required = true, HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object: text, token_ids, finish_reason, usage, timings." };
        var command = new CliCommand(
            "generate",
            """
            Run one request from a JSON file.

            The file holds the GenerateRequest message in protobuf's JSON form, or chat messages with "content".
            Pictures are base64 ("data"), keys, URLs, or files beside the request ("file").

            Example request:
              {"messages": [{"role": "user", "content": [{"type": "image", "file": "red-apple.png"}, {"type": "text", "text": "What is this?"}]}],
               "max_tokens": 32}

            Examples:
              visioncluster generate --request samples/request.json
              visioncluster generate --request samples/request.json --json
            """)
        { file, json };
        endpoint.AddTo(command);
        hosting.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var request = RequestFile.Read(parsed.GetValue(file)!);
            await using var connection = await ClusterConnection.OpenAsync(parsed, endpoint, hosting, cancellation);
            var whole = parsed.GetValue(json);
            var answer = await AnswerStream.ReadAsync(connection, request, whole ? null : Terminal.Answer(), cancellation);
            Console.Out.WriteLine(whole ? AnswerJson.Format(answer) : "");
            return 0;
        }));
        return command;
    }
}
