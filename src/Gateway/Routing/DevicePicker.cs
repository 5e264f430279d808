using System.Collections.Concurrent;

namespace VisionCluster.Gateway.Routing;

/// <summary>
/// Chooses where an answer goes: the device with the most room. A report is up to a second old, so what this gateway has sent since then
/// counts, too; otherwise everything of that second would meet on one device.
/// </summary>
internal sealed class DevicePicker
{
    private const int MostDevices = 8_192;
    private const double Avoided = 1e9; // more than any load

    private readonly ConcurrentDictionary<string, Assigned> _assigned = new(StringComparer.Ordinal);

    /// <param name="model">Has at least one device.</param>
    /// <param name="avoid">Address of a silo that just failed or leaves; used only if there is no other.</param>
    public ModelDevice Choose(ServedModel model, string? avoid = null)
    {
        if (_assigned.Count > MostDevices)
            _assigned.Clear(); // silos that are long gone; the present ones are counted anew
        var best = Best(model.Devices, avoid);
        _assigned.AddOrUpdate(best.Id, _ => new Assigned(best.Report, 1), (_, a) => new Assigned(best.Report, Since(a, best) + 1));
        return best;
    }

    // Gateways that see the same figures must not all choose the first of several equals: each looks from another place on.
    private ModelDevice Best(IReadOnlyList<ModelDevice> devices, string? avoid)
    {
        var start = Random.Shared.Next(devices.Count);
        var (best, bestLoad) = (devices[start], double.MaxValue);
        for (var i = 0; i < devices.Count; i++)
        {
            var device = devices[(start + i) % devices.Count];
            var load = Load(device) + (device.SiloAddress == avoid ? Avoided : 0);
            if (load < bestLoad)
                (best, bestLoad) = (device, load);
        }

        return best;
    }

    private double Load(ModelDevice device)
    {
        var sent = _assigned.TryGetValue(device.Id, out var assigned) ? Since(assigned, device) : 0;
        return (device.Report.Running + device.Report.Waiting + sent) / (double)Math.Max(1, device.Report.KvSlots);
    }

    private static int Since(Assigned assigned, ModelDevice device) =>
        ReferenceEquals(assigned.Report, device.Report) ? assigned.Count : 0;

    private readonly record struct Assigned(Contracts.Grains.ModelReport Report, int Count);
}
