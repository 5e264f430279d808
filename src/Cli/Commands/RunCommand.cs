using System.CommandLine;
using Spectre.Console;
using VisionCluster.Cli.Hosting;
using VisionCluster.Inference;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster run</c>: gateway and silo in one process.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var (hosting, cluster, listen) = (new HostingOptions(EmbeddedModels.Default, EmbeddedModels.Matcher), new ClusterFlags(), new ListenOptions());
        var command = new CliCommand(
            "run",
            """
            Serve models over gRPC: gateway, silo and devices in this process.

            Further settings come from appsettings.json or the environment, such as VisionCluster__Gateway__Auth__ApiKeys__0__Key.

            Examples:
              visioncluster run
              visioncluster run --model models/emoji-vlm --model /models/SmolVLM-256M-Instruct --address 0.0.0.0
            """);
        listen.AddTo(command);
        hosting.AddTo(command);
        cluster.AddTo(command, isSilo: true);
        command.SetAction((parsed, _) => CliRunner.RunAsync(
            cancellation => RunAsync(parsed, hosting, cluster, listen, cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, HostingOptions hosting, ClusterFlags flags, ListenOptions listen, CancellationToken cancellation)
    {
        var options = hosting.Read(parsed);
        string[] checkpoints = [.. hosting.Models(parsed).Select(EmbeddedModels.Find)];
        using var pool = PoolThreads.Govern();
        await using var cluster = await Terminal.WithProgressAsync("Starting", progress => LocalCluster.StartAsync(
            checkpoints,
            options,
            gateway => listen.Apply(parsed, gateway),
            handleSignals: true,
            progress,
            cancellation,
            silo => flags.Apply(parsed, silo)));
        PrintModels(cluster.Models);
        Terminal.Output.MarkupLineInterpolated($"[green]gRPC[/]    [bold]{cluster.Endpoint}[/]  (health and reflection on the same port; Ctrl-C stops)");
        await cluster.WaitForShutdownAsync();
        return 0;
    }

    public static void PrintModels(IEnumerable<IModelHost> models)
    {
        foreach (var model in models)
        {
            var slots = model.Decoder is { } decoder ? $"; {decoder.Status.Slots} slots of {model.ContextTokens} tokens" : "";
            Terminal.Output.MarkupLineInterpolated(
                $"[green]Serving[/] [bold]{model.Name}[/] ({model.Family}, {model.Precision}) on {model.Device}: {string.Join(", ", model.Tasks)}{slots}");
        }
    }
}
