using System.CommandLine;
using Spectre.Console;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster gateway</c>: a front door of a cluster.</summary>
internal static class GatewayCommand
{
    public static Command Create()
    {
        var (cluster, listen) = (new ClusterFlags(), new ListenOptions());
        var command = new CliCommand(
            "gateway",
            """
            Serve a cluster's models over gRPC; any number of gateways may. Ctrl-C or SIGTERM lets running answers finish.

            Further settings come from appsettings.json or the environment, such as VisionCluster__Gateway__Auth__ApiKeys__0__Key.

            Examples:
              visioncluster gateway --redis redis:6379 --address 0.0.0.0
              visioncluster gateway --silo 30000
            """);
        listen.AddTo(command);
        cluster.AddTo(command, isSilo: false);
        command.SetAction((parsed, _) => CliRunner.RunAsync(cancellation => RunAsync(parsed, cluster, listen, cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, ClusterFlags cluster, ListenOptions listen, CancellationToken cancellation)
    {
        using var pool = PoolThreads.Govern();
        await using var gateway = await GatewayServer.StartAsync(
            options => cluster.Apply(parsed, options), options => listen.Apply(parsed, options), cancellation);
        Terminal.Output.MarkupLineInterpolated($"[green]gRPC[/]    [bold]{gateway.Endpoint}[/]  (health and reflection on the same port; Ctrl-C stops)");
        await gateway.WaitForShutdownAsync();
        return 0;
    }
}
