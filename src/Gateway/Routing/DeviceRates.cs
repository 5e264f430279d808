using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>
/// What stands for rates that a device has not measured: the fastest of its peers', so that a new device gets work (and only work measures it).
/// Where nobody has measured anything all count alike. Made once for each view of the directory.
/// </summary>
internal sealed class DeviceRates(IReadOnlyList<ModelDevice> devices)
{
    // Where nothing was measured: only their ratios matter then.
    private const double NominalPrefill = 1_000;
    private const double NominalDecode = 100;
    private const double NominalPatches = 1_000;
    private const double NominalOutput = 64;

    private readonly double _prefill = Fastest(devices, load => load.PrefillTokensPerSecond, NominalPrefill);
    private readonly double _decode = Fastest(devices, load => load.DecodeTokensPerSecond, NominalDecode);
    private readonly double _patches = Fastest(devices, load => load.PatchesPerSecond, NominalPatches);

    /// <summary>Tokens of an answer.</summary>
    public double OutputTokens { get; } =
        devices.Select(d => d.Report.Load.MeanOutputTokens).Where(tokens => tokens > 0).DefaultIfEmpty(NominalOutput).Average();

    public double PrefillTokensPerSecond(DeviceLoad load) => load.PrefillTokensPerSecond is > 0 and var rate ? rate : _prefill;

    public double DecodeTokensPerSecond(DeviceLoad load) => load.DecodeTokensPerSecond is > 0 and var rate ? rate : _decode;

    public double PatchesPerSecond(DeviceLoad load) => load.PatchesPerSecond is > 0 and var rate ? rate : _patches;

    private static double Fastest(IReadOnlyList<ModelDevice> devices, Func<DeviceLoad, double> rate, double nominal) =>
        devices.Select(d => rate(d.Report.Load)).Where(value => value > 0).DefaultIfEmpty(nominal).Max();
}
