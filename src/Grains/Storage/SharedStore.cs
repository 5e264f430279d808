using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;
using VisionCluster.Grains.Diagnostics;

namespace VisionCluster.Grains.Storage;

/// <summary>
/// What the silos of a cluster keep for each other in its Redis, each entry until it expires. It saves work and holds up nobody: where there
/// is no Redis, or while it does not answer, nothing is kept and nothing is found. Only types that Orleans' serializer knows are read back.
/// Thread-safe.
/// </summary>
/// <param name="cache">Null: there is none.</param>
/// <param name="serializer">Of entries.</param>
/// <param name="metrics">Counts what it was good for.</param>
/// <param name="time">Measures patience.</param>
/// <param name="logger">Where failures go.</param>
internal sealed class SharedStore(
    IDistributedCache? cache, Serializer serializer, GrainMetrics metrics, TimeProvider time, ILogger<SharedStore> logger)
{
    public const string Name = "shared";

    private const int MaxEntryBytes = 64 << 20;
    private const long MaxWritingBytes = 256L << 20; // beyond it nothing is kept: Redis is slower than what comes
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private long _writing;

    /// <returns>Null when it is not there, or not in time.</returns>
    public async Task<T?> FindAsync<T>(string key)
        where T : class
    {
        if (cache is null)
            return null;
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            var entry = await cache.GetAsync(key, patience.Token).WaitAsync(Patience, time);
            metrics.SharedRead(typeof(T).Name, found: entry is not null);
            return entry is null ? null : serializer.Deserialize<T>(entry);
        }
        catch (Exception e)
        {
            Failed(e, typeof(T));
            return null;
        }
    }

    /// <summary>Never faults; what cannot be kept is not.</summary>
    public async Task KeepAsync<T>(string key, T value, TimeSpan age)
        where T : class
    {
        if (cache is null)
            return;
        var bytes = 0;
        try
        {
            var entry = serializer.SerializeToArray(value);
            if (entry.Length > MaxEntryBytes || Interlocked.Add(ref _writing, bytes = entry.Length) > MaxWritingBytes)
                return;
            await cache.SetAsync(key, entry, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = age });
        }
        catch (Exception e)
        {
            Failed(e, typeof(T));
        }
        finally
        {
            Interlocked.Add(ref _writing, -bytes);
        }
    }

    /// <summary>Never faults; what cannot be removed expires.</summary>
    public async Task ForgetAsync(string key)
    {
        try
        {
            if (cache is not null)
                await cache.RemoveAsync(key);
        }
        catch (Exception e)
        {
            logger.NotShared(e);
        }
    }

    private void Failed(Exception exception, Type type)
    {
        metrics.SharedFailed(type.Name);
        logger.NotShared(exception);
    }
}
