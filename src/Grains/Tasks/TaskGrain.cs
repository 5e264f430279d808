using System.Runtime.InteropServices;
using Orleans.Concurrency;
using Orleans.Placement;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Encoding;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference.Tasks;

namespace VisionCluster.Grains.Tasks;

/// <summary>Reentrant, so that the device's text batcher sees every waiting text at once. It holds nothing.</summary>
[DevicePinned, Immovable, Reentrant]
internal sealed class TaskGrain(ModelRegistry models) : Grain, ITaskGrain
{
    public Task<ClassifyReply> Classify(ClassifyCommand command, CancellationToken cancellationToken) => RunAsync(
        features => Task.FromResult(new ClassifyReply([.. command.Images.Select(image => Labels(features, image, command.Top))], null)),
        refusal => new ClassifyReply(null, refusal));

    public Task<EmbedReply> Embed(EmbedCommand command, CancellationToken cancellationToken) => RunAsync(
        async features =>
        {
            var texts = await TextsAsync(features, command.Inputs.Select(input => input.Text).OfType<string>(), cancellationToken);
            var (vectors, next) = (new byte[command.Inputs.Length][], 0);
            for (var i = 0; i < vectors.Length; i++)
            {
                vectors[i] = Bytes(command.Inputs[i].Image is { } image
                    ? features.EmbedImage(image.Values, ToPooling(command.Pooling), command.Normalize)
                    : features.EmbedText(texts[next++], ToPooling(command.Pooling), command.Normalize));
            }

            return new EmbedReply(vectors, texts.Sum(text => text.Tokens), null);
        },
        refusal => new EmbedReply(null, 0, refusal));

    public Task<SimilarityReply> Compare(SimilarityCommand command, CancellationToken cancellationToken) => RunAsync(
        async features =>
        {
            var texts = await features.EncodeTextsAsync(command.Texts, cancellationToken);
            var scores = features.Compare([.. command.Images.Select(image => (ReadOnlyMemory<byte>)image.Values)], texts);
            return new SimilarityReply(Bytes(scores.Logits), Bytes(scores.Probabilities), scores.Sigmoid, null);
        },
        refusal => new SimilarityReply(null, null, false, refusal));

    private static async Task<TextFeatures[]> TextsAsync(FeatureTasks features, IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        string[] all = [.. texts];
        return all.Length == 0 ? [] : await features.EncodeTextsAsync(all, cancellationToken);
    }

    private static ClassLabel[] Labels(FeatureTasks features, EmbeddingData image, int top) =>
        [.. features.Classify(image.Values, top).Select(label => new ClassLabel(label.Index, label.Name, label.Probability))];

    private static byte[] Bytes(float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private static VectorPooling ToPooling(EmbeddingPooling pooling) => pooling switch
    {
        EmbeddingPooling.Cls => VectorPooling.Cls,
        EmbeddingPooling.Mean => VectorPooling.Mean,
        EmbeddingPooling.Pooled => VectorPooling.Pooled,
        EmbeddingPooling.Projection => VectorPooling.Projection,
        _ => VectorPooling.Default,
    };

    private async Task<TReply> RunAsync<TReply>(Func<FeatureTasks, Task<TReply>> work, Func<Refusal, TReply> refuse)
    {
        using var lease = EncoderKey.TryParse(this.GetPrimaryKeyString(), out var key)
            ? models.TryUse(key.Model, key.Revision, key.Device) : null;
        if (lease?.Host.Features is not { } features)
        {
            return refuse(new Refusal(RefusalReason.Unavailable, "The model has left this device; try again."));
        }

        try
        {
            return await work(features);
        }
        catch (InvalidTaskException e)
        {
            return refuse(new Refusal(RefusalReason.InvalidArgument, e.Message));
        }
        catch (TextQueueFullException e)
        {
            return refuse(new Refusal(RefusalReason.QueueFull, e.Message, e.RetryAfter));
        }
    }
}
