using System.CommandLine;
using Spectre.Console;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster silo</c>: a worker of a cluster.</summary>
internal static class SiloCommand
{
    public static Command Create()
    {
        var (hosting, cluster) = (new HostingOptions(EmbeddedModels.Default, EmbeddedModels.Matcher), new ClusterFlags());
        var command = new CliCommand(
            "silo",
            """
            Offer this machine's device and models to a cluster.

            Ctrl-C or SIGTERM drains: running answers finish here or go on elsewhere.

            Further settings come from appsettings.json or the environment, such as VisionCluster__Cluster__Secret; see docs/operations.md.

            Examples:
              visioncluster silo --redis redis:6379 --advertise 10.0.0.7 --model /models/SmolVLM-256M-Instruct
              visioncluster silo --silo-port 11111 --silo-gateway-port 30000
            """);
        hosting.AddTo(command);
        cluster.AddTo(command, isSilo: true);
        command.SetAction((parsed, _) => CliRunner.RunAsync(cancellation => RunAsync(parsed, hosting, cluster, cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, HostingOptions hosting, ClusterFlags cluster, CancellationToken cancellation)
    {
        var options = hosting.Read(parsed);
        string[] checkpoints = [.. hosting.Models(parsed).Select(EmbeddedModels.Find)];
        using var pool = PoolThreads.Govern();
        await using var silo = await Terminal.WithProgressAsync("Starting", progress => SiloServer.StartAsync(
            checkpoints, options, o => cluster.Apply(parsed, o), progress, cancellation));
        RunCommand.PrintModels(silo.Models);
        Terminal.Output.MarkupLineInterpolated(
            $"[green]Silo[/]    [bold]{silo.Options.Name}[/] in cluster {silo.Options.Cluster.ClusterId}, gateways connect to port {silo.Options.GatewayPort} (Ctrl-C drains)");
        await silo.WaitForShutdownAsync();
        return 0;
    }
}
