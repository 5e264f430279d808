using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>The silos that died last: an address never comes back, but a view of the directory may be older than a death. Thread-safe.</summary>
internal sealed class DeadSilos
{
    private const int MaxKnown = 64; // a view is never so many deaths old

    private readonly Lock _lock = new();
    private readonly Queue<string> _addresses = new(MaxKnown);

    /// <returns>False if it was known.</returns>
    public bool TryAdd(string address)
    {
        lock (_lock)
        {
            if (_addresses.Contains(address))
                return false;
            if (_addresses.Count == MaxKnown)
                _addresses.Dequeue();
            _addresses.Enqueue(address);
            return true;
        }
    }

    public DirectoryView Without(DirectoryView view)
    {
        lock (_lock)
        {
            if (!view.Members.Any(_addresses.Contains) && !view.Silos.Any(silo => _addresses.Contains(silo.Address)))
                return view;
            return view with
            {
                Members = [.. view.Members.Where(member => !_addresses.Contains(member))],
                Silos = [.. view.Silos.Where(silo => !_addresses.Contains(silo.Address))],
            };
        }
    }
}
