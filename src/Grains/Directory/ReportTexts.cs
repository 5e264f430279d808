using System.Runtime.InteropServices;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Directory;

/// <summary>
/// One instance of each text that reports repeat: revisions, digests, tasks. A view writes an instance once, and then refers to it, so that
/// a device costs what is its own, its load, and not what describes its model. Not thread-safe.
/// </summary>
internal sealed class ReportTexts
{
    private const int MaxTexts = 1 << 14; // beyond, they are collected anew: models that are long gone

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _lists = new(StringComparer.Ordinal);

    public SiloReport Share(SiloReport report) => report with
    {
        Name = Share(report.Name),
        Address = Share(report.Address),
        Gateway = Share(report.Gateway),
        Models = [.. report.Models.Select(model => model with
        {
            Name = Share(model.Name),
            Revision = Share(model.Revision),
            ProcessorDigest = Share(model.ProcessorDigest),
            Family = Share(model.Family),
            Tasks = Share(model.Tasks),
            Precision = Share(model.Precision),
            Device = Share(model.Device),
        })],
    };

    public string Share(string text)
    {
        if (_texts.Count >= MaxTexts)
            _texts.Clear();
        ref var shared = ref CollectionsMarshal.GetValueRefOrAddDefault(_texts, text, out _);
        return shared ??= text;
    }

    private string[] Share(string[] texts)
    {
        if (_lists.Count >= MaxTexts)
            _lists.Clear();
        ref var shared = ref CollectionsMarshal.GetValueRefOrAddDefault(_lists, string.Join('\n', texts), out _);
        return shared ??= [.. texts.Select(Share)];
    }
}
