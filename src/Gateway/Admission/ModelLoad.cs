using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Admission;

/// <summary>A model's devices as one: what they can do a second, and what waits for them. Made once for each view of the directory.</summary>
internal sealed class ModelLoad
{
    private static long _made;
    private readonly long _number = Interlocked.Increment(ref _made);
    private readonly Dictionary<(string Silo, string Device), long> _submitted;

    public ModelLoad(IReadOnlyList<ModelDevice> devices)
    {
        var loads = devices.Select(d => d.Report.Load).ToArray();
        ContextTokens = devices.Select(d => d.Report.ContextTokens).DefaultIfEmpty().Max();
        SlotsOpen = devices.Sum(d => Math.Max(0, d.Report.Load.SlotsOpen - d.Report.Waiting));
        Running = devices.Sum(d => d.Report.Running);
        KvTokensFree = loads.Sum(l => l.KvTokensFree);
        MaxWaiting = loads.Sum(l => l.MaxWaiting);
        PrefillTokensPerSecond = Total(loads, l => l.PrefillTokensPerSecond);
        DecodeTokensPerSecond = Total(loads, l => l.DecodeTokensPerSecond);
        PatchesPerSecond = Total(loads, l => l.PatchesPerSecond);
        MeanOutputTokens = Mean(loads, l => l.MeanOutputTokens);
        PatchesPerImage = Mean(loads, l => l.PatchesPerImage);
        TokensPerImage = Mean(loads, l => l.TokensPerImage);
        Queue = [.. loads.SelectMany(l => l.Queue)];
        _submitted = devices.ToDictionary(d => (d.SiloAddress, d.Report.Device), d => d.Report.Load.Submitted);
    }

    public int ContextTokens { get; }

    /// <summary>Sequences that could start now, beside those that wait already.</summary>
    public int SlotsOpen { get; }

    public long KvTokensFree { get; }

    /// <summary>Sequences that run.</summary>
    public int Running { get; }

    /// <summary>Generations that may wait.</summary>
    public int MaxWaiting { get; }

    public double PrefillTokensPerSecond { get; }

    public double DecodeTokensPerSecond { get; }

    public double PatchesPerSecond { get; }

    public double MeanOutputTokens { get; }

    public double PatchesPerImage { get; }

    public double TokensPerImage { get; }

    /// <summary>Bounded by each report's <see cref="DeviceLoad.MaxQueueEntries"/>.</summary>
    public IReadOnlyList<QueuedLoad> Queue { get; }

    /// <summary>Whether a generation that this gateway started is in the reports; also if its device has gone.</summary>
    public bool Includes(string silo, string device, long submission) =>
        !_submitted.TryGetValue((silo, device), out var submitted) || submission < submitted;

    /// <summary>Whether it says more than another view of the same model: views are made in their order.</summary>
    public bool IsNewerThan(ModelLoad other) => _number > other._number;

    /// <summary>Generations that the devices have taken since an earlier view.</summary>
    public long SubmittedSince(ModelLoad earlier) =>
        _submitted.Sum(d => earlier._submitted.TryGetValue(d.Key, out var before) ? Math.Max(0, d.Value - before) : 0);

    /// <summary>A device that has not been measured yet counts as the others' mean.</summary>
    private static double Total(DeviceLoad[] loads, Func<DeviceLoad, double> rate) => Mean(loads, rate) * loads.Length;

    private static double Mean(DeviceLoad[] loads, Func<DeviceLoad, double> figure) =>
        loads.Select(figure).Where(value => value > 0).DefaultIfEmpty().Average();
}
