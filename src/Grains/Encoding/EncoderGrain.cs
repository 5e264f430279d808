using Orleans.Concurrency;
using Orleans.Placement;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Decoding;
using VisionCluster.Grains.Diagnostics;
using VisionCluster.Grains.Hosting;
using VisionCluster.Imaging;
using VisionCluster.Inference;
using VisionCluster.Inference.Encoding;

namespace VisionCluster.Grains.Encoding;

/// <summary>Reentrant, so that the device's batcher sees every waiting image at once. What it encoded, the silo's pool keeps, and Redis if it is told to.</summary>
[DevicePinned, Immovable, Reentrant]
internal sealed class EncoderGrain(ModelRegistry models, EmbeddingPool pool, SharedEmbeddings shared, EncodeFlights flights) : Grain, IEncoderGrain
{
    public async Task<EncodeReply> Encode(EncodeCommand command, CancellationToken cancellationToken)
    {
        if (!EncoderKey.TryParse(this.GetPrimaryKeyString(), out var key)
            || models.Place(key.Model, key.Revision, key.Device) is not { } place)
        {
            return Left();
        }

        using var activity = GrainTrace.Encode(command, key);
        return pool.Find(command.Key) is { } held
            ? new EncodeReply(held, null, Cached: true)
            : await flights.RunAsync(command.Key, token => EncodeAsync(place, command, token), cancellationToken);
    }

    public async Task<EmbeddingData?> Recall(string key) => pool.Find(key) ?? await FindSharedAsync(key);

    private static EncodeReply Refused(RefusalReason reason, string message) => new(null, new Refusal(reason, message));

    private static EncodeReply Left() => Refused(RefusalReason.Unavailable, "The model has left this device; try again.");

    private async Task<EmbeddingData?> FindSharedAsync(string key)
    {
        var embedding = await shared.FindAsync(key);
        if (embedding is not null)
            pool.Keep(key, embedding);
        return embedding;
    }

    private async Task<EncodeReply> EncodeAsync(ModelPlacement place, EncodeCommand command, CancellationToken cancellationToken)
    {
        using var lease = place.TryUse(); // here, because the encoding outlives a caller that others have joined
        if (lease is null)
            return Left();
        if (await FindSharedAsync(command.Key) is { } known)
            return new EncodeReply(known, null, Cached: true);
        try
        {
            var image = await lease.Host.EncodeImageAsync(
                command.File, command.Split, new WorkOwner(command.Tenant, command.TenantWeight), cancellationToken);
            var embedding = new EmbeddingData(image.Rows, image.Columns, image.Tokens, image.Values);
            pool.Keep(command.Key, embedding);
            shared.Keep(command.Key, embedding);
            return new EncodeReply(embedding, null);
        }
        catch (InvalidImageException e)
        {
            return Refused(RefusalReason.InvalidImage, e.Message);
        }
        catch (EncoderQueueFullException e)
        {
            return new EncodeReply(null, new Refusal(RefusalReason.QueueFull, e.Message, e.RetryAfter));
        }
    }
}
