using System.CommandLine;
using VisionCluster.Cli.Bench.Scale;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench</c>: speed on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create() => new CliCommand(
        "bench",
        """
        Measure speed on this machine.

        Each measurement prints a table, or with --json one JSON object.

        Examples:
          visioncluster bench engine --sessions 1 8 32
          visioncluster bench mixed --image photo.jpg --json
        """)
    {
        EngineBench.Create(),
        GatewayBench.Create(),
        EncodeBench.Create(),
        PreprocessBench.Create(),
        MixedBench.Create(),
        ReuseBench.Create(),
        MemoryBench.Create(),
        OverloadBench.Create(),
        SoakBench.Create(),
        ScaleBench.Create(),
        WeightsCommand.Create(),
    };
}
