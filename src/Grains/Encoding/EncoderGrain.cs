using Orleans.Concurrency;
using Orleans.Placement;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Hosting;
using VisionCluster.Imaging;
using VisionCluster.Inference.Encoding;

namespace VisionCluster.Grains.Encoding;

/// <summary>Reentrant, so that the device's batcher sees every waiting image at once. It holds nothing.</summary>
[DevicePinned, Immovable, Reentrant]
internal sealed class EncoderGrain(ModelRegistry models) : Grain, IEncoderGrain
{
    public async Task<EncodeReply> Encode(EncodeCommand command, CancellationToken cancellationToken)
    {
        if (!EncoderKey.TryParse(this.GetPrimaryKeyString(), out var key)
            || models.Find(key.Model, key.Revision, key.Device) is not { } host)
        {
            return Refused(RefusalReason.Unavailable, "The model has left this device; try again.");
        }

        try
        {
            var image = await host.EncodeImageAsync(command.File, command.Split, cancellationToken);
            return new EncodeReply(new EmbeddingData(image.Rows, image.Columns, image.Tokens, image.Values), null);
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

    private static EncodeReply Refused(RefusalReason reason, string message) => new(null, new Refusal(reason, message));
}
