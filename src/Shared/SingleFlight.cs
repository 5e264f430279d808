namespace VisionCluster.Shared;

/// <summary>
/// Callers that want the same thing at the same time share one piece of work. A caller that gives up leaves the others alone; the work is
/// cancelled when nobody waits for it any more. Bounded by the callers that admission lets in.
/// </summary>
internal sealed class SingleFlight<TKey, TValue>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Flight> _flights = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _flights.Count;
        }
    }

    /// <returns>The value, and whether another caller had started the work.</returns>
    public async Task<(TValue Value, bool Joined)> RunAsync(
        TKey key, Func<CancellationToken, Task<TValue>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Flight flight;
        bool joined;
        lock (_lock)
        {
            joined = _flights.TryGetValue(key, out var running);
            flight = running ?? new Flight();
            flight.Waiters++;
            if (!joined)
            {
                _flights[key] = flight;
                flight.Work = Task.Run(() => work(flight.Abandoned.Token), CancellationToken.None);
            }
        }

        try
        {
            return (await flight.Work.WaitAsync(cancellationToken), joined);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private void Leave(TKey key, Flight flight)
    {
        lock (_lock)
        {
            flight.Waiters--;
            if (!flight.Work.IsCompleted && flight.Waiters > 0)
                return;
            if (_flights.GetValueOrDefault(key) == flight)
                _flights.Remove(key);
        }

        if (!flight.Work.IsCompleted)
            flight.Abandoned.Cancel();
    }

    private sealed class Flight
    {
        public int Waiters { get; set; }

        public Task<TValue> Work { get; set; } = null!;

        public CancellationTokenSource Abandoned { get; } = new();
    }
}
