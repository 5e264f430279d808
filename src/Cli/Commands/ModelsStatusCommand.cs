using System.CommandLine;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster models status</c>: every revision, every silo, every load.</summary>
internal static class ModelsStatusCommand
{
    public static Command Create()
    {
        var endpoint = AdminConnection.Options();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new CliCommand(
            "status",
            """
            Show every revision of every model on every silo, and loads that run or have ended.

            "Until restart" is said of what was loaded at run time: a silo that restarts has what its own command line and configuration name.

            Examples:
              visioncluster models status --endpoint http://127.0.0.1:5400
              visioncluster models status --json --endpoint http://127.0.0.1:5400
            """)
        { json };
        endpoint.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            using var connection = AdminConnection.Open(parsed, endpoint);
            var response = await connection.Client.ListRevisionsAsync(new ListRevisionsRequest(), connection.Headers, cancellationToken: cancellation);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(AdminConnection.Json(response));
            }
            else
            {
                Show(response);
            }

            return 0;
        }));
        return command;
    }

    private static void Show(ListRevisionsResponse response)
    {
        var revisions = new Table().Border(TableBorder.Rounded).AddColumns("model", "revision", "precision", "new sessions", "places (running, waiting)");
        foreach (var revision in response.Revisions)
        {
            var places = revision.Places.Select(p =>
                $"{p.Silo}/{p.Device} {p.State.ToString().ToLowerInvariant()} ({p.Running}, {p.Waiting}){(p.UntilRestart ? ", until restart" : "")}");
            var serving = revision.Serving ? (revision.Chosen ? "yes, chosen" : "yes") : revision.Held ? "held" : "no";
            revisions.AddRow(Cells(revision.Model, revision.Revision, revision.Precision, serving, string.Join("\n", places)));
        }

        Terminal.Output.Write(revisions);
        if (response.Loads.Count == 0)
        {
            return;
        }

        var loads = new Table().Border(TableBorder.Rounded).AddColumns("load of", "silo", "source", "state", "detail");
        foreach (var load in response.Loads)
        {
            loads.AddRow(Cells(load.Model, load.Silo, load.Source, load.State.ToString().ToLowerInvariant(), load.Detail));
        }

        Terminal.Output.Write(loads);
    }

    private static string[] Cells(params string[] texts) => Array.ConvertAll(texts, Markup.Escape);
}
