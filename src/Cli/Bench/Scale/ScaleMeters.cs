using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>Sums what this process's instruments report: Orleans' messages and bytes, and this project's own counters.</summary>
internal sealed class ScaleMeters : IDisposable
{
    private const string SentBytes = "orleans-messaging-sent-messages-size";
    private const string Pings = "orleans-messaging-pings-sent";
    private const string FailoverTime = "visioncluster.gateway.failover.time";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Total> _totals = new(StringComparer.Ordinal); // bounded by the instruments there are
    private readonly ConcurrentQueue<double> _failovers = [];

    public ScaleMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is "Microsoft.Orleans" || instrument.Meter.Name.StartsWith("VisionCluster.", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument, instrument.IsObservable);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, state) => Add(instrument, value, state));
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, state) => Add(instrument, value, state));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, state) => Add(instrument, value, state));
        _listener.Start();
    }

    /// <summary>Seconds that answers paused when their silo was lost.</summary>
    public ConcurrentQueue<double> Failovers => _failovers;

    public ScaleCounts Read()
    {
        foreach (var total in _totals.Values)
            total.ResetObserved();
        _listener.RecordObservableInstruments();
        return new ScaleCounts(
            Count(SentBytes), (long)Sum(SentBytes), (long)Sum(Pings), (long)Sum("visioncluster.decode.generated_tokens"));
    }

    public void Dispose() => _listener.Dispose();

    // Orleans publishes this histogram as three observed counters.
    private long Count(string name) => _totals.TryGetValue(name + "-count", out var observed) ? (long)observed.Sum
        : _totals.TryGetValue(name, out var total) ? total.Count : 0;

    private double Sum(string name) => _totals.TryGetValue(name + "-sum", out var observed) ? observed.Sum
        : _totals.TryGetValue(name, out var total) ? total.Sum : 0;

    private void Add(Instrument instrument, double value, object? isObservable)
    {
        if (instrument.Name == FailoverTime)
            _failovers.Enqueue(value);
        _totals.GetOrAdd(instrument.Name, _ => new Total()).Add(value, isObservable is true);
    }

    private sealed class Total
    {
        private readonly Lock _lock = new();
        private bool _isObserved;

        public long Count { get; private set; }

        public double Sum { get; private set; }

        public void Add(double value, bool isObserved)
        {
            lock (_lock)
            {
                _isObserved = isObserved;
                Count++;
                Sum += value;
            }
        }

        /// <summary>An observed instrument says the whole each time.</summary>
        public void ResetObserved()
        {
            lock (_lock)
            {
                if (_isObserved)
                    (Count, Sum) = (0, 0);
            }
        }
    }
}
