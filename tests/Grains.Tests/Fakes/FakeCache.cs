using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace VisionCluster.Fakes;

/// <summary>What silos share, in this process's memory; it can be away, or never answer.</summary>
internal sealed class FakeCache : IDistributedCache
{
    private readonly ConcurrentDictionary<string, byte[]> _entries = new();

    public bool IsAway { get; set; }

    public bool Hangs { get; set; }

    public int Writes { get; private set; }

    public IReadOnlyCollection<string> Keys => [.. _entries.Keys];

    public TimeSpan? LastAge { get; private set; }

    public byte[]? Get(string key) => throw new NotSupportedException();

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        await AnswerAsync();
        return _entries.GetValueOrDefault(key);
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        await AnswerAsync();
        (LastAge, _entries[key]) = (options.AbsoluteExpirationRelativeToNow, value);
        Writes++;
    }

    public void Remove(string key) => throw new NotSupportedException();

    public async Task RemoveAsync(string key, CancellationToken token = default)
    {
        await AnswerAsync();
        _entries.TryRemove(key, out _);
    }

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    private Task AnswerAsync()
    {
        if (IsAway)
            throw new InvalidOperationException("The store is away.");
        return Hangs ? new TaskCompletionSource().Task : Task.CompletedTask;
    }
}
