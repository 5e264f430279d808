using VisionCluster.Cli.Bench.Clients;

namespace VisionCluster.Cli.Bench;

/// <summary>What became of a soak run's requests. Bounded: waits are a sample of the newest. Thread-safe.</summary>
internal sealed class SoakTotals
{
    private const int MaxWaits = 100_000;

    private readonly Lock _lock = new();
    private readonly Queue<double> _waits = new(MaxWaits); // whole from the start: its growth would look like a leak

    public long Finished { get; private set; }

    public long Cancelled { get; private set; }

    public long Refused { get; private set; }

    public long Tokens { get; private set; }

    public double MaxWaitMs { get; private set; }

    public IReadOnlyList<double> WaitsMs
    {
        get
        {
            lock (_lock)
            {
                return [.. _waits];
            }
        }
    }

    public void Add(RequestTrace trace)
    {
        lock (_lock)
        {
            Finished += trace.Outcome == RequestOutcome.Finished ? 1 : 0;
            Cancelled += trace.Outcome == RequestOutcome.Cancelled ? 1 : 0;
            Refused += trace.Outcome == RequestOutcome.Refused ? 1 : 0;
            Tokens += trace.Arrivals.Count;
            if (trace.FirstTokenMs is not { } wait)
            {
                return;
            }

            MaxWaitMs = Math.Max(MaxWaitMs, wait);
            _waits.Enqueue(wait);
            if (_waits.Count > MaxWaits)
            {
                _waits.Dequeue();
            }
        }
    }
}
