using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;
using VisionCluster.Shared;

namespace VisionCluster.Gateway.Embeddings;

/// <summary>Embeddings of ingested images: from the cache, from an encoding under way, or from an encoder grain.</summary>
internal sealed class ImageEncoder(
    IGrainFactory grains,
    EmbeddingCache cache,
    ImageStore store,
    DirectoryWatcher directory,
    TenantWeights weights,
    GatewayMetrics metrics,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<ImageEncoder> logger)
{
    private const int MaxDevices = 2;
    private readonly SingleFlight<(string Tenant, string Key), EncodeReply> _flights = new();

    /// <returns>The embedding, and whether it cost this caller no encoding.</returns>
    /// <exception cref="RequestException">The picture is gone, cannot be decoded, or no encoder takes it.</exception>
    public async Task<(EmbeddingData Data, bool Cached)> GetAsync(
        string tenant, ServedModel model, string key, string path, CancellationToken cancellationToken)
    {
        using var activity = GatewayTrace.Embedding();
        if (cache.Find(tenant, key) is { } cached && cached.ModelRevision == model.Revision)
            return (cached.Data, true);
        var image = store.Find(tenant, key);
        if (image is null || image.ModelRevision != model.Revision)
            return (await RecallAsync(tenant, model, key, cancellationToken) ?? throw new ImageGoneException(path, key), true);

        var (reply, joined) = await _flights.RunAsync(
            (tenant, key), token => EncodeAsync(tenant, model, key, image, token), cancellationToken);
        if (joined)
            metrics.EncodesJoined.Add(1);
        if (reply.Embedding is { } embedding)
            return (embedding, joined || reply.Cached);
        var refusal = reply.Refusal!;
        throw StatusMapping.ToException(
            refusal.Reason == RefusalReason.InvalidImage ? refusal with { Message = $"{path}: {refusal.Message}" } : refusal,
            options.Value.Admission.RetryAfter);
    }

    /// <summary>The picture is lost here, but the device that encoded it may still know what it saw.</summary>
    private async Task<EmbeddingData?> RecallAsync(string tenant, ServedModel model, string key, CancellationToken cancellationToken)
    {
        var asked = new List<string>(MaxDevices);
        var retry = NewRetry();
        while (asked.Count < MaxDevices)
        {
            var device = Newest(model).EncoderFor(key, asked);
            try
            {
                var recalled = await directory.Losses.WaitAsync(Grain(model, device).Recall(key), device.SiloAddress, cancellationToken);
                asked.Add(device.SiloAddress);
                if (recalled is null)
                    continue;
                cache.Keep(tenant, key, new CachedEmbedding(recalled, model.Revision, null));
                return recalled;
            }
            catch (Exception e) when (ClusterFault.IsTransient(e, cancellationToken))
            {
                if (!retry.Allows(e, cancellationToken))
                    return null;
                await retry.WaitAsync(e, cancellationToken);
            }
        }

        return null;
    }

    private async Task<EncodeReply> EncodeAsync(
        string tenant, ServedModel model, string key, StoredImage image, CancellationToken cancellationToken)
    {
        // A caller that missed just before another's encoding was kept.
        if (cache.Peek(tenant, key) is { } cached && cached.ModelRevision == model.Revision)
            return new EncodeReply(cached.Data, null);
        var asked = new List<string>(MaxDevices);
        var retry = NewRetry();
        while (true)
        {
            var device = Newest(model).EncoderFor(key, asked);
            try
            {
                using var activity = GatewayTrace.Encode(device.SiloName, image.File.Length);
                var command = new EncodeCommand(key, image.File, image.Split)
                {
                    Tenant = tenant,
                    TenantWeight = weights.Of(tenant),
                    TraceParent = GatewayTrace.Parent,
                };
                var reply = await directory.Losses.WaitAsync(
                    Grain(model, device).Encode(command, cancellationToken), device.SiloAddress, cancellationToken);
                asked.Add(device.SiloAddress);
                if (reply.Embedding is { } embedding)
                    cache.Keep(tenant, key, new CachedEmbedding(embedding, image.ModelRevision, image.Split));
                if (asked.Count == MaxDevices || reply.Refusal?.Reason != RefusalReason.Unavailable)
                    return reply;
                logger.Rerouting(null);
            }
            catch (Exception e) when (retry.Allows(e, cancellationToken))
            {
                await retry.WaitAsync(e, cancellationToken);
                if (asked.Count < MaxDevices - 1)
                    asked.Add(device.SiloAddress);
            }
        }
    }

    /// <summary>As the cluster is now: devices come and go while a call is repeated.</summary>
    private ServedModel Newest(ServedModel model) => directory.Current.Find(model.Name, model.Revision) ?? model;

    private IEncoderGrain Grain(ServedModel model, ModelDevice device) =>
        grains.GetGrain<IEncoderGrain>(new EncoderKey(model.Name, model.Revision, device.SiloAddress, device.Report.Device).ToString());

    private CallRetry NewRetry() => new(options.Value.Failover, time, logger);
}
