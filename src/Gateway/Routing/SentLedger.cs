using System.Collections.Concurrent;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>What this gateway has sent to each device since the device's report. Thread-safe.</summary>
internal sealed class SentLedger
{
    private const int MostDevices = 8_192;

    // By device and model: a device that holds two revisions reports each by itself. At most MostDevices.
    private readonly ConcurrentDictionary<(string Device, string Model, string Revision), Entry> _entries = [];

    public SentWork Of(ModelDevice device) =>
        _entries.TryGetValue(KeyOf(device), out var entry) && ReferenceEquals(entry.Report, device.Report) ? entry.Sent : default;

    /// <summary>An answer goes to a device.</summary>
    /// <param name="device">The device, as its latest report has it.</param>
    /// <param name="promptTokens">To be prefilled there.</param>
    public void Add(ModelDevice device, int promptTokens)
    {
        if (_entries.Count > MostDevices)
            _entries.Clear(); // silos that are long gone; the present ones are counted anew
        Change(device, 1, promptTokens);
    }

    /// <summary>An answer is no more where it went: counts while no later report is known, which would have it, or not.</summary>
    public void Withdraw(ModelDevice device, int promptTokens)
    {
        if (_entries.TryGetValue(KeyOf(device), out var entry) && ReferenceEquals(entry.Report, device.Report))
            Change(device, -1, -promptTokens);
    }

    private static (string Device, string Model, string Revision) KeyOf(ModelDevice device) => (device.Id, device.Report.Name, device.Report.Revision);

    private void Change(ModelDevice device, int answers, int promptTokens) => _entries.AddOrUpdate(
        KeyOf(device),
        static (_, more) => new Entry(more.Report, default(SentWork).With(more.Answers, more.Tokens)),
        static (_, before, more) => new Entry(
            more.Report, (ReferenceEquals(before.Report, more.Report) ? before.Sent : default).With(more.Answers, more.Tokens)),
        (device.Report, Answers: answers, Tokens: promptTokens));

    private readonly record struct Entry(ModelReport Report, SentWork Sent);
}
