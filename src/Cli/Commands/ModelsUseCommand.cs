using System.CommandLine;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster models use</c>: which revision new sessions take.</summary>
internal static class ModelsUseCommand
{
    public static Command Create()
    {
        var endpoint = AdminConnection.Options();
        var model = new Argument<string>("MODEL") { Description = "Name of the model." };
        var revision = new Argument<string>("REVISION") { Description = "The revision's first digits, at least 4; or 'latest': the one that was loaded last." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object: the revision now, and the one before." };
        var command = new CliCommand(
            "use",
            """
            Choose the revision that new sessions of a model take: roll back, or forward.

            All gateways know within a second. Sessions that exist keep their revision while a silo has it. The choice holds until the next
            one, whatever is loaded meanwhile; if its revision leaves the cluster, the one that was loaded last serves.

            Examples:
              visioncluster models use SmolVLM-256M-Instruct 3f2a91 --endpoint http://127.0.0.1:5400
              visioncluster models use SmolVLM-256M-Instruct latest --endpoint http://127.0.0.1:5400
            """)
        { model, revision, json };
        endpoint.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            using var connection = AdminConnection.Open(parsed, endpoint);
            var digits = parsed.GetValue(revision)!;
            var request = new SetServingRevisionRequest { Model = parsed.GetValue(model)!, Revision = digits == "latest" ? "" : digits };
            var response = await connection.Client.SetServingRevisionAsync(request, connection.Headers, cancellationToken: cancellation);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(AdminConnection.Json(response));
            }
            else
            {
                Terminal.Output.MarkupLineInterpolated($"[green]Serving[/] revision {response.Revision} (before: {response.PreviousRevision})");
            }

            return 0;
        }));
        return command;
    }
}
