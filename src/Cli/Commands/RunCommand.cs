using System.CommandLine;
using Spectre.Console;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster run</c>: gateway and silo in one process.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var hosting = new HostingOptions(EmbeddedModels.Default, EmbeddedModels.Matcher);
        var port = new Option<int?>("--port", "-p") { Description = "gRPC port; 0 = any free one. Default 5400.", HelpName = "PORT" };
        var address = new Option<string?>("--address")
        {
            Description = "Address to listen on; 0.0.0.0 = all of this machine's. Default 127.0.0.1.",
            HelpName = "IP",
        };
        var command = new CliCommand(
            "run",
            """
            Serve models over gRPC: gateway, silo and devices in this process.

            Further settings come from appsettings.json or the environment, such as VisionCluster__Gateway__Auth__ApiKeys__0__Key.

            Examples:
              visioncluster run
              visioncluster run --model models/emoji-vlm --model /models/SmolVLM-256M-Instruct --address 0.0.0.0
            """)
        { port, address };
        hosting.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(
            cancellation => RunAsync(parsed, hosting, parsed.GetValue(port), parsed.GetValue(address), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, HostingOptions hosting, int? port, string? address, CancellationToken cancellation)
    {
        var options = hosting.Read(parsed);
        string[] checkpoints = [.. hosting.Models(parsed).Select(EmbeddedModels.Find)];
        await using var cluster = await Terminal.WithProgressAsync("Starting", progress => LocalCluster.StartAsync(
            checkpoints,
            options,
            gateway =>
            {
                gateway.GrpcPort = port ?? gateway.GrpcPort;
                gateway.Address = address ?? gateway.Address;
            },
            handleSignals: true,
            progress,
            cancellation));
        foreach (var model in cluster.Models)
        {
            var slots = model.Decoder is { } decoder ? $"; {decoder.Status.Slots} slots of {model.ContextTokens} tokens" : "";
            Terminal.Output.MarkupLineInterpolated(
                $"[green]Serving[/] [bold]{model.Name}[/] ({model.Family}, {model.Precision}) on {model.Device}: {string.Join(", ", model.Tasks)}{slots}");
        }

        Terminal.Output.MarkupLineInterpolated($"[green]gRPC[/]    [bold]{cluster.Endpoint}[/]  (health and reflection on the same port; Ctrl-C stops)");
        await cluster.WaitForShutdownAsync();
        return 0;
    }
}
