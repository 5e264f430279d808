using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Orleans.Messaging;
using Orleans.Runtime;

namespace VisionCluster.Clustering;

/// <summary>
/// The store's list of the silos that a client may connect to, without those that the client has heard to be dead. Orleans by itself would go
/// on sending by a connection that nobody reads from until the list is read again: a machine that lost its power says no goodbye.
/// </summary>
/// <param name="inner">The store's.</param>
/// <param name="time">What its age is measured by.</param>
/// <param name="logger">Told when the store does not answer.</param>
public sealed class LiveGateways(IGatewayListProvider inner, TimeProvider time, ILogger<LiveGateways> logger) : IGatewayListProvider
{
    /// <summary>How often the client asks for the list; most times it gets what was read before.</summary>
    internal static readonly TimeSpan RefreshPeriod = TimeSpan.FromMilliseconds(50);

    private const int AppliedAfter = 2; // the client asks again only when it has applied the last answer
    private static readonly TimeSpan ReadPeriod = TimeSpan.FromSeconds(1); // how soon a new silo is used

    private readonly Lock _lock = new();
    private readonly HashSet<SiloAddress> _avoided = []; // bounded by the list: who is not on it is forgotten
    private readonly List<(long Answer, TaskCompletionSource Done)> _waiting = []; // bounded by the list: one for each death
    private IList<Uri>? _all;
    private long _read;
    private long _answers;

    /// <inheritdoc/>
    public TimeSpan MaxStaleness => ReadPeriod;

    /// <inheritdoc/>
    [Obsolete("Orleans does not use it any more.")]
    public bool IsUpdatable => true;

    /// <inheritdoc/>
    public Task InitializeGatewayListProvider() => inner.InitializeGatewayListProvider();

    /// <summary>Completes when the client's calls go through silos no more that are dead.</summary>
    /// <param name="gateways">Where clients connect to them. The only way stays.</param>
    public Task AvoidAsync(IEnumerable<SiloAddress> gateways)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _avoided.UnionWith(gateways);
            _waiting.Add((_answers + AppliedAfter, done));
        }

        return done.Task;
    }

    /// <inheritdoc/>
    public async Task<IList<Uri>> GetGateways()
    {
        if (_all is null || time.GetElapsedTime(Volatile.Read(ref _read)) >= ReadPeriod)
            await ReadAsync();
        lock (_lock)
        {
            _answers++;
            _waiting.RemoveAll(waiting => waiting.Answer <= _answers && waiting.Done.TrySetResult());
            var live = _all!.Where(gateway => !_avoided.Contains(AddressOf(gateway))).ToList();
            return live.Count > 0 ? live : _all!;
        }
    }

    // gwy.tcp://host:port/generation
    private static SiloAddress AddressOf(Uri gateway) => SiloAddress.New(
        IPEndPoint.Parse(gateway.Authority), int.Parse(gateway.AbsolutePath.AsSpan(1), CultureInfo.InvariantCulture));

    private async Task ReadAsync()
    {
        try
        {
            var all = await inner.GetGateways();
            lock (_lock)
            {
                _all = all;
                _avoided.IntersectWith(all.Select(AddressOf));
            }
        }
        catch (Exception e) when (_all is not null)
        {
            logger.GatewaysNotRead(e); // those that were there still are
        }

        Volatile.Write(ref _read, time.GetTimestamp());
    }
}
