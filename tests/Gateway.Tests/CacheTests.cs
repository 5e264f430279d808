using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Embeddings;
using VisionCluster.Gateway.Options;
using VisionCluster.Shared;

namespace VisionCluster.Gateway.Tests;

public sealed class CacheTests
{
    [Fact]
    public void Set_BeyondTheBound_DropsLeastRecentlyUsed()
    {
        var lru = new ByteBoundedLru<string, int>(10);
        lru.Set("a", 1, 4);
        lru.Set("b", 2, 4);
        Assert.True(lru.TryGet("a", out _));

        Assert.Equal(1, lru.Set("c", 3, 4));

        Assert.False(lru.TryGet("b", out _));
        Assert.True(lru.TryGet("a", out var a) && a == 1);
        Assert.Equal((8, 2), (lru.Bytes, lru.Count));
    }

    [Fact]
    public void Set_LargerThanTheBound_IsNotKeptAndDropsNothing()
    {
        var lru = new ByteBoundedLru<string, int>(10);
        lru.Set("a", 1, 4);
        Assert.Equal(0, lru.Set("b", 2, 11));
        Assert.False(lru.TryGet("b", out _));
        Assert.True(lru.TryGet("a", out _));
    }

    [Fact]
    public void Set_SameKey_Replaces()
    {
        var lru = new ByteBoundedLru<string, int>(10);
        lru.Set("a", 1, 4);
        lru.Set("a", 2, 6);
        Assert.True(lru.TryGet("a", out var value));
        Assert.Equal((2, 6L, 1), (value, lru.Bytes, lru.Count));
    }

    [Fact]
    public void EmbeddingCache_CountsHitsMissesAndEvictions()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var counts = new Dictionary<string, long>();
        using var listener = new MeterListener();
        var factory = services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == GatewayMetrics.MeterName && instrument.Meter.Scope == factory)
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + value);
        listener.Start();
        var options = new GatewayOptions();
        options.Images.EmbeddingCacheBytes = 8;
        var cache = new EmbeddingCache(Microsoft.Extensions.Options.Options.Create(options), new GatewayMetrics(factory));

        cache.Find("t", "a");
        cache.Keep("t", "a", new CachedEmbedding(new EmbeddingData(0, 0, 1, new byte[6]), "r", null));
        cache.Find("t", "a");
        cache.Find("other", "a");
        cache.Keep("t", "b", new CachedEmbedding(new EmbeddingData(0, 0, 1, new byte[6]), "r", null));

        Assert.Equal(1, counts["visioncluster.gateway.embedding_cache.hits"]);
        Assert.Equal(2, counts["visioncluster.gateway.embedding_cache.misses"]);
        Assert.Equal(1, counts["visioncluster.gateway.embedding_cache.evictions"]);
    }
}
