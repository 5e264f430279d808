namespace VisionCluster.Gateway.Routing;

/// <summary>Tells those who wait for a silo that the cluster has declared it dead. Bounded by the silos of the last view.</summary>
internal sealed class SiloLoss
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CancellationTokenSource> _members = new(StringComparer.Ordinal);
    private CancellationTokenSource _next = new();

    /// <summary>Raised with the address of a silo that is no member any more.</summary>
    public event Action<string>? Lost;

    private CancellationToken Next
    {
        get
        {
            lock (_lock)
                return _next.Token;
        }
    }

    /// <summary>Cancelled once the silo is no member any more; never, if it was not one in the last view.</summary>
    public CancellationToken Of(string siloAddress)
    {
        lock (_lock)
            return _members.TryGetValue(siloAddress, out var member) ? member.Token : CancellationToken.None;
    }

    /// <summary>As the other one, for a call that may take as long as it takes.</summary>
    public Task<T> WaitAsync<T>(Task<T> call, string siloAddress, CancellationToken cancellationToken) =>
        WaitAsync(call, Of(siloAddress), Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <summary>
    /// Waits for a call to a silo, but no longer than the silo lives, and the silo that the call may go through: nobody answers for those
    /// that died with either.
    /// </summary>
    /// <param name="call">Goes on if nobody waits any more.</param>
    /// <param name="lost">As <see cref="Of"/> returned it; if it has happened already, the call goes to another silo.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="time">What the limit is measured by.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="TimeoutException">No answer within the limit.</exception>
    /// <exception cref="SiloLostException">There will be none.</exception>
    /// <exception cref="WayLostException">There may be none.</exception>
    public async Task<T> WaitAsync<T>(
        Task<T> call, CancellationToken lost, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (call.IsCompleted)
            return await call;
        call.Ignore(); // where nobody waits for it any more
        var (next, isLost) = (Next, lost.IsCancellationRequested);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, isLost ? default : lost, next);
        try
        {
            return await call.WaitAsync(limit, time, any.Token);
        }
        catch (OperationCanceledException) when (any.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw !isLost && lost.IsCancellationRequested ? new SiloLostException() : new WayLostException();
        }
    }

    /// <summary>Members of the last view that this one has not.</summary>
    public IReadOnlyCollection<string> Missing(IReadOnlyCollection<string> members)
    {
        lock (_lock)
            return [.. _members.Keys.Except(members)];
    }

    public void Update(IReadOnlyCollection<string> members)
    {
        List<(string Address, CancellationTokenSource Source)> lost = [];
        CancellationTokenSource? next = null;
        lock (_lock)
        {
            foreach (var gone in _members.Keys.Except(members).ToArray())
            {
                _members.Remove(gone, out var source);
                lost.Add((gone, source!));
            }

            foreach (var member in members)
                _members.TryAdd(member, new CancellationTokenSource());
            if (lost.Count > 0)
                (next, _next) = (_next, new CancellationTokenSource());
        }

        foreach (var (address, source) in lost)
        {
            source.Cancel();
            Lost?.Invoke(address);
        }

        next?.Cancel(); // last, so that those who wait for a dead silo know that it is theirs
    }
}
