using System.CommandLine;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster models unload</c>: a revision leaves running silos.</summary>
internal static class ModelsUnloadCommand
{
    public static Command Create()
    {
        var endpoint = AdminConnection.Options();
        var model = new Argument<string>("MODEL") { Description = "Name of the model." };
        var revision = new Option<string?>("--revision") { Description = "The revision's first digits, at least 4; needed if there are several.", HelpName = "DIGITS" };
        var silo = new Option<string[]>("--silo") { Description = "Name of a silo; repeatable. Default: all that have it.", HelpName = "SILO" };
        var drain = new Option<double?>("--drain-s") { Description = "Seconds that running answers may take to end. Default: as each silo is configured.", HelpName = "SECONDS" };
        var queued = new Option<bool>("--queued") { Description = "Cancel loads of the model that wait, and unload nothing." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new CliCommand(
            "unload",
            """
            Take a model, or one revision of it, off running silos.

            New sessions don't get it; running answers end, or go on at another silo that has it; then its memory is freed. Sessions of a
            revision that nobody has any more go over to the one that serves. A load that is still queued is cancelled with --queued.

            Examples:
              visioncluster models unload SmolVLM-256M-Instruct --endpoint http://127.0.0.1:5400
              visioncluster models unload SmolVLM-256M-Instruct --revision 3f2a91 --silo silo-2 --endpoint http://127.0.0.1:5400
              visioncluster models unload SmolVLM-256M-Instruct --queued --endpoint http://127.0.0.1:5400
            """)
        { model, revision, silo, drain, queued, json };
        endpoint.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            using var connection = AdminConnection.Open(parsed, endpoint);
            var request = new UnloadModelRequest
            {
                Model = parsed.GetValue(model)!,
                Revision = parsed.GetValue(revision) ?? "",
                Silos = { parsed.GetValue(silo) ?? [] },
                DrainMs = Milliseconds(parsed.GetValue(drain)),
                Queued = parsed.GetValue(queued),
            };
            var response = await connection.Client.UnloadModelAsync(request, connection.Headers, cancellationToken: cancellation);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(AdminConnection.Json(response));
            }
            else
            {
                Print(request.Queued ? "Cancelled" : $"Unloading revision {response.Revision}", response.Silos);
            }

            return response.Silos.Any(s => s.Error.Length > 0) ? CliRunner.Failed : 0;
        }));
        return command;
    }

    /// <summary>What each silo said.</summary>
    public static void Print(string what, IReadOnlyCollection<SiloOutcome> silos)
    {
        foreach (var silo in silos)
        {
            if (silo.Error.Length == 0)
            {
                Terminal.Output.MarkupLineInterpolated($"[green]{what}[/] on {silo.Silo}");
            }
            else
            {
                Terminal.Error.MarkupLineInterpolated($"[red]Refused[/] by {silo.Silo}: {silo.Error}");
            }
        }
    }

    private static uint Milliseconds(double? seconds) => seconds switch
    {
        null => 0,
        > 0 and <= 600 => (uint)Math.Max(1, seconds.Value * 1_000),
        _ => throw new CliException($"--drain-s must be above 0 and at most 600; it is {seconds}."),
    };
}
