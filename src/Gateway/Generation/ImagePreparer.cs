using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Embeddings;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>Ingests and encodes all pictures of a request at once; the first that fails ends the request.</summary>
internal sealed class ImagePreparer(ImageIngest ingest, ImageEncoder encoder)
{
    /// <exception cref="RequestException">A picture cannot be used.</exception>
    public async Task<PreparedImages> PrepareAsync(
        GenerationCall call, ServedModel model, GenerateRequest request, CancellationToken cancellationToken)
    {
        var (tenant, clock) = (call.Tenant, call.Clock);
        var parts = request.Messages
            .SelectMany((m, i) => m.Parts.Select((p, j) => (Part: p, Path: $"messages[{i}].parts[{j}].image")))
            .Where(x => x.Part.ContentCase == Part.ContentOneofCase.Image)
            .ToList();
        if (parts.Count > 0 && !model.TakesImages)
            throw RequestException.Invalid($"{parts[0].Path}: model '{model.Name}' takes no images; send text, or choose another model.");
        var split = request.ImageOptions is { HasSplit: true } options ? options.Split : (bool?)null;
        var images = await Together.RunAsync(
            parts.Select(p => (Func<CancellationToken, Task<IngestedImage>>)(
                token => ingest.IngestAsync(tenant, model, p.Part.Image, split, p.Path, token))),
            cancellationToken);
        clock.IngestDone();
        if (call.IsOverdue)
            throw GenerateHandler.DeadlineExceeded();

        var started = clock.Elapsed;
        var keys = images.Select(i => i.Key).ToArray();
        var unique = keys.Zip(parts, (Key, part) => (Key, part.Path)).DistinctBy(x => x.Key).ToList();
        var (embeddings, encoded) = await EncodeAsync(tenant, model, unique, cancellationToken);
        clock.EncodeDone(started);
        return new PreparedImages(keys, embeddings, encoded, keys.Length - encoded);
    }

    /// <summary>Embeddings of images of earlier turns, from the cache or from their stored files.</summary>
    /// <exception cref="RequestException">FAILED_PRECONDITION: neither is here any more.</exception>
    public Task<(KeyedEmbedding[] Embeddings, int Encoded)> RecallAsync(
        string tenant, ServedModel model, string[] keys, CancellationToken cancellationToken) =>
        EncodeAsync(tenant, model, [.. keys.Select(k => (k, "session_id"))], cancellationToken);

    private async Task<(KeyedEmbedding[] Embeddings, int Encoded)> EncodeAsync(
        string tenant, ServedModel model, List<(string Key, string Path)> images, CancellationToken cancellationToken)
    {
        var results = await Together.RunAsync(
            images.Select(i => (Func<CancellationToken, Task<(EmbeddingData Data, bool Cached)>>)(
                token => encoder.GetAsync(tenant, model, i.Key, i.Path, token))),
            cancellationToken);
        var embeddings = images.Zip(results, (i, r) => new KeyedEmbedding(i.Key, r.Data)).ToArray();
        return (embeddings, results.Count(r => !r.Cached));
    }
}
