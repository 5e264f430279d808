using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Embeddings;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tasks;

/// <summary>
/// Ingests and encodes a task's pictures at once. A picture's features come from the same cache as everything else by its key, so asking
/// for labels, a vector and a match of one picture encodes it once.
/// </summary>
internal sealed class TaskImages(ImageIngest ingest, ImageEncoder encoder)
{
    /// <exception cref="RequestException">A picture cannot be used.</exception>
    public Task<EmbeddingData[]> EncodeAsync(
        string tenant, ServedModel model, IReadOnlyList<(Image Image, string Path)> images, CancellationToken cancellationToken)
    {
        if (images.Count > 0 && !model.TakesImages)
            throw RequestException.Invalid($"{images[0].Path}: model '{model.Name}' takes no images; send text, or choose another model.");
        return Together.RunAsync(
            images.Select(image => (Func<CancellationToken, Task<EmbeddingData>>)(
                token => EncodeAsync(tenant, model, image.Image, image.Path, token))),
            cancellationToken);
    }

    private async Task<EmbeddingData> EncodeAsync(
        string tenant, ServedModel model, Image image, string path, CancellationToken cancellationToken)
    {
        var ingested = await ingest.IngestAsync(tenant, model, image, split: null, path, cancellationToken);
        return (await encoder.GetAsync(tenant, model, ingested.Key, path, cancellationToken)).Data;
    }
}
