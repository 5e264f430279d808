namespace VisionCluster.Shared;

/// <summary>
/// Places of a bounded queue, shared by tenants: while seven eighths are taken, the rest is for tenants below their weighted share, and one
/// newcomer's weight is kept free, so that whoever comes first cannot keep the others out. Thread-safe.
/// </summary>
/// <param name="places">Most that are taken at the same time; the tenants known are at most as many.</param>
/// <param name="isShared">False where there is one tenant only: it may have all places.</param>
internal sealed class TenantPlaces(int places, bool isShared = true)
{
    private const int KeptPart = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Holding> _holdings = new(StringComparer.Ordinal);
    private readonly int _open = isShared ? places - (places / KeptPart) : places;
    private double _weights; // of the tenants that hold a place
    private int _taken;

    public int Taken => Volatile.Read(ref _taken);

    public bool TryTake(string tenant, double weight)
    {
        lock (_lock)
        {
            var known = _holdings.TryGetValue(tenant, out var holding);
            if (!HasRoom(known ? holding.Places : 0, weight, known ? _weights : _weights + weight))
                return false;
            if (!known)
            {
                holding.Weight = weight;
                _weights += weight;
            }

            holding.Places++;
            _holdings[tenant] = holding;
            _taken++;
            return true;
        }
    }

    public void Release(string tenant)
    {
        lock (_lock)
        {
            var holding = _holdings[tenant];
            _taken--;
            if (--holding.Places > 0)
            {
                _holdings[tenant] = holding;
                return;
            }

            _holdings.Remove(tenant);
            _weights = _holdings.Count == 0 ? 0 : _weights - holding.Weight;
        }
    }

    private bool HasRoom(int own, double weight, double weights) =>
        _taken < _open || (_taken < places && own < places * weight / (weights + 1));

    private struct Holding
    {
        public int Places;
        public double Weight;
    }
}
