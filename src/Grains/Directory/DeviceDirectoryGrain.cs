using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Shared;

namespace VisionCluster.Grains.Directory;

/// <summary>The latest report of every silo; bounded by the cluster's size, since silos that are silent or no longer members leave.</summary>
internal sealed class DeviceDirectoryGrain(IOptions<DirectoryOptions> options, ILiveSilos live, TimeProvider time)
    : Grain, IDeviceDirectoryGrain
{
    private readonly Dictionary<string, (SiloReport Report, long At)> _silos = [];
    private readonly ServingChoices _choices = new();
    private readonly ReportTexts _texts = new();
    private readonly long _started = time.GetTimestamp();

    public Task<ServingChoice[]> Report(SiloReport report)
    {
        // The choices of all are in the view once, and each silo has all of them.
        _silos[report.Name] = (_texts.Share(report) with { Choices = [] }, time.GetTimestamp());
        _choices.Merge(report.Choices);
        return Task.FromResult(_choices.All);
    }

    public Task<DirectoryView> GetView()
    {
        var members = live.Addresses;
        foreach (var (name, (report, at)) in _silos)
        {
            if (time.GetElapsedTime(at) > options.Value.SilenceLimit || !members.Contains(report.Address))
                _silos.Remove(name);
        }

        return Task.FromResult(new DirectoryView([.. _silos.Values.Select(s => s.Report).OrderBy(r => r.Name, StringComparer.Ordinal)])
        {
            Members = [.. members.Select(_texts.Share)],
            Choices = _choices.All,
            IsComplete = time.GetElapsedTime(_started) > options.Value.SilenceLimit,
        });
    }
}
