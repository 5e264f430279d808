using Microsoft.Extensions.Options;
using Orleans.Runtime;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference;

namespace VisionCluster.Silo;

/// <summary>Tells the directory what this silo serves.</summary>
internal sealed class DirectoryReporter(
    IGrainFactory grains, ILocalSiloDetails silo, ModelRegistry models, DrainGate gate, IOptions<SiloOptions> options)
{
    public Task ReportAsync()
    {
        var report = new SiloReport(
            options.Value.Name, silo.SiloAddress.ToParsableString(), gate.IsDraining, [.. models.Hosts.Select(Describe)]);
        return grains.GetGrain<IDeviceDirectoryGrain>(0).Report(report);
    }

    private static ModelReport Describe(IModelHost host)
    {
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
        };
    }
}
