using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Silo.Administration;

/// <summary>
/// Loads of this silo: those that wait (bounded by <see cref="SiloOptions.MaxQueuedLoads"/>), the one that runs, and the latest
/// <see cref="MaxEnded"/> that have ended. Thread-safe.
/// </summary>
internal sealed class LoadQueue(IOptions<SiloOptions> options)
{
    public const int MaxEnded = 16;

    private readonly Lock _lock = new();
    private readonly List<ModelLoadReport> _reports = []; // MaxQueuedLoads + 1 + MaxEnded at most
    private readonly List<LoadOrder> _waiting = []; // MaxQueuedLoads + 1 at most
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Raised after every change, on the thread that made it.</summary>
    public event Action? Changed;

    public ModelLoadReport[] Reports
    {
        get
        {
            lock (_lock)
                return [.. _reports];
        }
    }

    /// <summary>In the order of their coming. One that was read can no longer be cancelled.</summary>
    public async IAsyncEnumerable<LoadOrder> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Next() is { } order)
                yield return order;
            else
                await _added.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>Cancels loads of a model that wait.</summary>
    /// <returns>How many.</returns>
    public int Cancel(string model)
    {
        string[] cancelled;
        lock (_lock)
        {
            cancelled = [.. _waiting.Where(order => order.Name == model).Select(order => order.Id)];
            _waiting.RemoveAll(order => order.Name == model);
        }

        foreach (var id in cancelled)
            Fail(id, "It was cancelled before it began.");
        return cancelled.Length;
    }

    /// <returns>False when too many wait.</returns>
    public bool TryAdd(LoadOrder order)
    {
        lock (_lock)
        {
            // One that nothing runs before does not wait.
            if (_reports.Count(r => r.State is LoadState.Queued or LoadState.Loading) > options.Value.MaxQueuedLoads)
                return false;
            _reports.Add(new ModelLoadReport(order.Id, order.Name, order.Source, LoadState.Queued, ""));
            _waiting.Add(order);
        }

        _added.Writer.TryWrite(true);
        Changed?.Invoke();
        return true;
    }

    public void Progress(string id, string detail) => Set(id, LoadState.Loading, detail);

    public void Complete(string id, string revision) => Set(id, LoadState.Loaded, revision);

    public void Fail(string id, string message) => Set(id, LoadState.Failed, message);

    private LoadOrder? Next()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
                return null;
            var order = _waiting[0];
            _waiting.RemoveAt(0);
            return order;
        }
    }

    private static bool IsEnded(ModelLoadReport report) => report.State is LoadState.Loaded or LoadState.Failed;

    private void Set(string id, LoadState state, string detail)
    {
        lock (_lock)
        {
            var at = _reports.FindIndex(r => r.Id == id);
            _reports[at] = _reports[at] with { State = state, Detail = detail };
            while (_reports.Count(IsEnded) > MaxEnded)
                _reports.RemoveAt(_reports.FindIndex(IsEnded));
        }

        Changed?.Invoke();
    }
}
