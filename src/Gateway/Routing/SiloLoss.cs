namespace VisionCluster.Gateway.Routing;

/// <summary>Tells those who wait for a silo that the cluster has declared it dead. Bounded by the silos of the last view.</summary>
internal sealed class SiloLoss
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CancellationTokenSource> _members = new(StringComparer.Ordinal);

    /// <summary>Raised with the address of a silo that is no member any more.</summary>
    public event Action<string>? Lost;

    /// <summary>Cancelled once the silo is no member any more; never, if it was not one in the last view.</summary>
    public CancellationToken Of(string siloAddress)
    {
        lock (_lock)
            return _members.TryGetValue(siloAddress, out var member) ? member.Token : CancellationToken.None;
    }

    /// <summary>Waits for a call to a silo, but no longer than the silo lives: a call to one that died may go unanswered until it times out.</summary>
    /// <exception cref="TimeoutException">There will be no answer: the silo is dead.</exception>
    public Task<T> WaitAsync<T>(Task<T> call, string siloAddress, CancellationToken cancellationToken) =>
        WaitAsync(call, Of(siloAddress), Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <summary>Waits for a call to a silo, but no longer than the silo lives.</summary>
    /// <param name="call">Goes on if nobody waits any more.</param>
    /// <param name="lost">As <see cref="Of"/> returned it; if it has happened already, the call goes to another silo.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="time">What the limit is measured by.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="TimeoutException">No answer within the limit, or there will be none: the silo is dead.</exception>
    public static async Task<T> WaitAsync<T>(
        Task<T> call, CancellationToken lost, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (call.IsCompleted)
            return await call;
        call.Ignore(); // where nobody waits for it any more
        if (!lost.CanBeCanceled || lost.IsCancellationRequested)
            return await call.WaitAsync(limit, time, cancellationToken);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lost);
        try
        {
            return await call.WaitAsync(limit, time, either.Token);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The silo is dead.");
        }
    }

    public void Update(IReadOnlyCollection<string> members)
    {
        List<(string Address, CancellationTokenSource Source)> lost = [];
        lock (_lock)
        {
            foreach (var gone in _members.Keys.Except(members).ToArray())
            {
                _members.Remove(gone, out var source);
                lost.Add((gone, source!));
            }

            foreach (var member in members)
                _members.TryAdd(member, new CancellationTokenSource());
        }

        foreach (var (address, source) in lost)
        {
            source.Cancel();
            Lost?.Invoke(address);
        }
    }
}
