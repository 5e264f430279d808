namespace VisionCluster.Gateway.Routing;

/// <summary>Tells those who wait for a silo that the cluster has declared it dead. Bounded by the silos of the last view.</summary>
internal sealed class SiloLoss
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CancellationTokenSource> _members = new(StringComparer.Ordinal);

    /// <summary>Cancelled once the silo is no member any more; never, if it was not one in the last view.</summary>
    public CancellationToken Of(string siloAddress)
    {
        lock (_lock)
            return _members.TryGetValue(siloAddress, out var member) ? member.Token : CancellationToken.None;
    }

    public void Update(IReadOnlyCollection<string> members)
    {
        List<CancellationTokenSource> lost = [];
        lock (_lock)
        {
            foreach (var gone in _members.Keys.Except(members).ToArray())
            {
                _members.Remove(gone, out var source);
                lost.Add(source!);
            }

            foreach (var member in members)
                _members.TryAdd(member, new CancellationTokenSource());
        }

        foreach (var source in lost)
            source.Cancel();
    }
}
