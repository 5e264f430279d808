using System.Runtime.CompilerServices;
using Google.Protobuf;
using Orleans.Concurrency;
using Orleans.Placement;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Grains.Encoding;
using VisionCluster.Grains.Hosting;
using VisionCluster.Imaging;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Tasks;
using VisionCluster.Models;

namespace VisionCluster.Grains.Inspection;

/// <summary>Reentrant: the device's inspector has the queue, and the bound. It holds nothing.</summary>
[DevicePinned, Immovable, Reentrant]
internal sealed class InspectorGrain(ModelRegistry models) : Grain, IInspectorGrain
{
    public async IAsyncEnumerable<InspectItem> Inspect(
        InspectCommand command, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (pieces, refusal) = await RunAsync(command, cancellationToken);
        if (refusal is not null)
        {
            yield return new InspectItem(null, refusal);
            yield break;
        }

        foreach (var response in pieces.SelectMany(PieceMapping.ToResponses))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new InspectItem(response.ToByteArray(), null);
        }
    }

    private async Task<(IReadOnlyList<InspectionPiece> Pieces, Refusal? Refusal)> RunAsync(
        InspectCommand command, CancellationToken cancellationToken)
    {
        using var lease = EncoderKey.TryParse(this.GetPrimaryKeyString(), out var key)
            ? models.TryUse(key.Model, key.Revision, key.Device) : null;
        if (lease?.Host.Inspection is not { } inspection)
        {
            return Refused(RefusalReason.Unavailable, "The model has left this device; try again.");
        }

        try
        {
            var request = PieceMapping.ToRequest(InspectRequest.Parser.ParseFrom(command.Request), command.Files);
            return (await inspection.InspectAsync(request, cancellationToken), null);
        }
        catch (Exception e) when (e is InvalidTaskException or ModelException)
        {
            return Refused(RefusalReason.InvalidArgument, e.Message);
        }
        catch (InvalidImageException e)
        {
            return Refused(RefusalReason.InvalidImage, e.Message);
        }
        catch (InspectionQueueFullException e)
        {
            return ([], new Refusal(RefusalReason.QueueFull, e.Message, e.RetryAfter));
        }
    }

    private static (IReadOnlyList<InspectionPiece>, Refusal?) Refused(RefusalReason reason, string message) => ([], new Refusal(reason, message));
}
