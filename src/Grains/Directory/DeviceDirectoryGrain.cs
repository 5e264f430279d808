using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Directory;

/// <summary>The latest report of every silo; bounded by the cluster's size, since silent silos leave.</summary>
internal sealed class DeviceDirectoryGrain(IOptions<DirectoryOptions> options, TimeProvider time) : Grain, IDeviceDirectoryGrain
{
    private readonly Dictionary<string, (SiloReport Report, long At)> _silos = [];

    public Task Report(SiloReport report)
    {
        _silos[report.Name] = (report, time.GetTimestamp());
        return Task.CompletedTask;
    }

    public Task<DirectoryView> GetView()
    {
        foreach (var (name, (_, at)) in _silos)
        {
            if (time.GetElapsedTime(at) > options.Value.SilenceLimit)
                _silos.Remove(name);
        }

        return Task.FromResult(new DirectoryView([.. _silos.Values.Select(s => s.Report).OrderBy(r => r.Name, StringComparer.Ordinal)]));
    }
}
