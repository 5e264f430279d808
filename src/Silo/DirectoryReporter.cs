using Microsoft.Extensions.Options;
using Orleans.Runtime;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Hosting;
using VisionCluster.Shared;
using VisionCluster.Silo.Administration;

namespace VisionCluster.Silo;

/// <summary>Tells the directory what this silo serves, one report after another, and keeps what it says operators have chosen.</summary>
internal sealed class DirectoryReporter(
    IGrainFactory grains,
    ILocalSiloDetails silo,
    ModelRegistry models,
    LoadQueue loads,
    ServingChoices choices,
    DrainGate gate,
    IOptions<SiloOptions> options)
{
    private readonly SemaphoreSlim _one = new(1, 1); // a late report must not undo a later one

    public async Task ReportAsync()
    {
        await _one.WaitAsync();
        try
        {
            var (name, address) = (options.Value.Name, silo.SiloAddress.ToParsableString());
            var report = new SiloReport(name, address, gate.IsDraining, [.. models.Placements.Select(Describe)])
            {
                Loads = loads.Reports,
                Choices = choices.All,
                Gateway = GatewayOf(silo),
            };
            choices.Merge(await grains.GetGrain<IDeviceDirectoryGrain>(0).Report(report));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>As membership lists it for clients: with the silo's generation, which Orleans leaves out here.</summary>
    internal static string GatewayOf(ILocalSiloDetails silo) => silo.GatewayAddress is { } gateway
        ? SiloAddress.New(gateway.Endpoint, silo.SiloAddress.Generation).ToParsableString()
        : "";

    private static ModelReport Describe(ModelPlacement placement)
    {
        var host = placement.Host;
        var status = host.Decoder?.Status ?? default;
        return new ModelReport
        {
            Name = host.Name,
            Revision = host.Revision,
            ProcessorDigest = host.ProcessorDigest,
            Family = host.Family,
            Tasks = [.. host.Tasks],
            ContextTokens = host.ContextTokens,
            Precision = host.Precision,
            Device = host.Device,
            KvSlots = status.Slots,
            KvSlotsFree = status.SlotsFree,
            Running = status.Running,
            Waiting = status.Waiting,
            Load = LoadReport.Of(host),
            Retiring = placement.IsRetiring,
            Held = placement.IsHeld,
            LoadedAt = placement.LoadedAt,
            UntilRestart = placement.UntilRestart,
        };
    }
}
