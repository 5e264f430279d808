using Microsoft.Extensions.Options;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// KV of answers that had to leave this silo, until whoever goes on with them has taken it, for some seconds at most. Bounded by
/// <see cref="DecoderOptions.HandOverBytes"/>. Thread-safe.
/// </summary>
internal sealed class LeavingKv(IOptions<DecoderOptions> options, TimeProvider time)
{
    /// <summary>How long anybody may take: by then, whoever went on without it has prefilled.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, (CarriedKv Kv, ITimer Expiry)> _kept = [];
    private TaskCompletionSource? _empty; // null while nobody waits
    private long _bytes;

    /// <summary>Bytes that there is room for.</summary>
    public long Room
    {
        get
        {
            lock (_lock)
                return Math.Max(0, options.Value.HandOverBytes - _bytes);
        }
    }

    /// <returns>Null when there is no room, or nothing to keep.</returns>
    public Guid? Keep(CarriedKv? kv)
    {
        if (kv is null)
            return null;
        lock (_lock)
        {
            if (_bytes + kv.Bytes > options.Value.HandOverBytes)
                return null;
            var id = Guid.NewGuid();
            _kept.Add(id, (kv, time.CreateTimer(_ => Remove(id), null, Patience, Timeout.InfiniteTimeSpan)));
            _bytes += kv.Bytes;
            return id;
        }
    }

    public CarriedKv? Find(Guid id)
    {
        lock (_lock)
            return _kept.TryGetValue(id, out var kept) ? kept.Kv : null;
    }

    public void Remove(Guid id)
    {
        lock (_lock)
        {
            if (!_kept.Remove(id, out var kept))
                return;
            kept.Expiry.Dispose();
            _bytes -= kept.Kv.Bytes;
            if (_kept.Count > 0)
                return;
            _empty?.TrySetResult();
            _empty = null;
        }
    }

    /// <summary>Completes when all is taken, or nobody comes for it any more.</summary>
    public Task WhenTakenAsync()
    {
        lock (_lock)
        {
            if (_kept.Count == 0)
                return Task.CompletedTask;
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }
}
