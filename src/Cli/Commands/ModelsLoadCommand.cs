using System.CommandLine;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster models load</c>: a model comes to running silos.</summary>
internal static class ModelsLoadCommand
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(10); // a silo that reports no more has died

    public static Command Create()
    {
        var endpoint = AdminConnection.Options();
        var source = new Argument<string>("SOURCE") { Description = "Folder or file below a silo's model roots, or a model that ships with it." };
        var name = new Option<string?>("--name") { Description = "What clients call it. Default: as the source is called.", HelpName = "NAME" };
        var precision = new Option<string?>("--precision") { Description = "fp32, fp16 or bf16 (GPUs), int8, int4 or auto. Default: as each silo is configured.", HelpName = "FORM" };
        var silo = new Option<string[]>("--silo") { Description = "Name of a silo; repeatable. Default: all.", HelpName = "SILO" };
        var replace = new Option<bool>("--replace") { Description = "Unload the model's other revisions on each silo that has loaded this one." };
        var hold = new Option<bool>("--hold") { Description = "New sessions don't take it before 'models use' says so." };
        var noWait = new Option<bool>("--no-wait") { Description = "Return once it is queued; 'models status' shows how it goes on." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object: the loads as they ended." };
        var command = new CliCommand(
            "load",
            """
            Load a model, or another revision of one, on running silos.

            Another revision under the same name serves beside the old one: new sessions take it as soon as a silo has it, sessions that
            exist keep theirs. 'models use' goes back. Where silos look is their operators' word: VisionCluster:Silo:ModelRoots.

            Examples:
              visioncluster models load SmolVLM-256M-Instruct --endpoint http://127.0.0.1:5400
              visioncluster models load smolvlm-tuned --name SmolVLM-256M-Instruct --hold --endpoint http://127.0.0.1:5400
              visioncluster models load emoji-vlm --precision int8 --silo silo-2 --replace --endpoint http://127.0.0.1:5400
            """)
        { source, name, precision, silo, replace, hold, noWait, json };
        endpoint.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            using var connection = AdminConnection.Open(parsed, endpoint);
            var request = new LoadModelRequest
            {
                Source = parsed.GetValue(source)!,
                Name = parsed.GetValue(name) ?? "",
                Precision = parsed.GetValue(precision) ?? "",
                Replace = parsed.GetValue(replace),
                Hold = parsed.GetValue(hold),
                Silos = { parsed.GetValue(silo) ?? [] },
            };
            var queued = await connection.Client.LoadModelAsync(request, connection.Headers, cancellationToken: cancellation);
            var loads = parsed.GetValue(noWait) ? [] : await Terminal.WithProgressAsync(
                "Loading", progress => WaitAsync(connection, queued.Silos, progress, cancellation));
            Print(queued, loads, parsed.GetValue(json));
            return loads.Exists(load => load.State == ModelLoad.Types.State.Failed) || queued.Silos.Any(s => s.Error.Length > 0) ? CliRunner.Failed : 0;
        }));
        return command;
    }

    private static async Task<List<ModelLoad>> WaitAsync(
        AdminConnection connection, IEnumerable<SiloOutcome> silos, IProgress<string> progress, CancellationToken cancellation)
    {
        var ids = silos.Where(s => s.LoadId.Length > 0).Select(s => s.LoadId).ToHashSet();
        var (said, seen) = ("", TimeProvider.System.GetTimestamp());
        using var timer = new PeriodicTimer(PollInterval);
        while (true)
        {
            var all = await connection.Client.ListRevisionsAsync(new ListRevisionsRequest(), connection.Headers, cancellationToken: cancellation);
            var loads = all.Loads.Where(load => ids.Contains(load.LoadId)).ToList();
            if (loads.Count == ids.Count)
            {
                seen = TimeProvider.System.GetTimestamp();
                if (loads.TrueForAll(load => load.State is ModelLoad.Types.State.Loaded or ModelLoad.Types.State.Failed))
                {
                    return loads;
                }
            }
            else if (TimeProvider.System.GetElapsedTime(seen) > SilenceLimit)
            {
                throw new IOException("A silo no longer reports its load; see 'models status'.");
            }

            var text = string.Join("; ", loads.Where(l => l.State < ModelLoad.Types.State.Loaded).Select(l => $"{l.Silo}: {(l.Detail.Length > 0 ? l.Detail : "waiting")}"));
            if (text != said && text.Length > 0)
            {
                progress.Report(said = text);
            }

            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private static void Print(LoadModelResponse queued, List<ModelLoad> loads, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(loads.Count == 0 ? AdminConnection.Json(queued) : AdminConnection.Json(new ListRevisionsResponse { Loads = { loads } }));
            return;
        }

        foreach (var load in loads)
        {
            if (load.State == ModelLoad.Types.State.Loaded)
            {
                Terminal.Output.MarkupLineInterpolated($"[green]Loaded[/] {load.Model} on {load.Silo}, revision {load.Detail}");
            }
            else
            {
                Terminal.Error.MarkupLineInterpolated($"[red]Failed[/] on {load.Silo}: {load.Detail}");
            }
        }

        ModelsUnloadCommand.Print("Queued", [.. queued.Silos.Where(s => s.Error.Length > 0 || loads.Count == 0)]);
    }
}
