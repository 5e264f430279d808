using System.Globalization;
using VisionCluster.Inference;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>A silo in a process of its own, so that it can die without a word.</summary>
internal static class VictimSilo
{
    public const string Name = "victim";

    /// <summary>Returns when it is a member of the cluster.</summary>
    public static Task<ServerProcess> StartAsync(string model, ModelHostOptions hosting, int primaryPort, CancellationToken cancellationToken) =>
        ServerProcess.SiloAsync(
            ["--name", Name, "--model", model, "--device", hosting.Device.Id, "--slots", hosting.MaxSlots.ToString(CultureInfo.InvariantCulture)],
            [KeyValuePair.Create("VisionCluster__Silo__PrimarySiloPort", primaryPort.ToString(CultureInfo.InvariantCulture))],
            cancellationToken);
}
