using Grpc.Core;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Embeddings;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;
using VisionCluster.Imaging;

namespace VisionCluster.Gateway.Images;

/// <summary>
/// From a request's picture (bytes, URL or key) to a checked, hashed and stored one. Input is hostile: the header is read against the
/// bounds, on a bounded pool, before anything else looks at it.
/// </summary>
internal sealed class ImageIngest(
    IImageCodec codec,
    ImageStore store,
    EmbeddingCache embeddings,
    RemoteImageFetcher fetcher,
    AdmissionGate gate,
    IOptions<GatewayOptions> options)
{
    private readonly ImageLimits _limits = options.Value.Limits.Image;
    private readonly string _salt = options.Value.Images.KeySalt;

    /// <param name="tenant">Whose picture.</param>
    /// <param name="model">Who will see it.</param>
    /// <param name="image">One source is set (validated before).</param>
    /// <param name="split">The request's override of image splitting.</param>
    /// <param name="path">The field, for messages.</param>
    /// <param name="cancellationToken">Ends a fetch or a wait.</param>
    /// <exception cref="RequestException">The picture cannot be used; the message says what to change.</exception>
    public async Task<IngestedImage> IngestAsync(
        string tenant, ServedModel model, Image image, bool? split, string path, CancellationToken cancellationToken)
    {
        using var activity = GatewayTrace.Ingest();
        switch (image.SourceCase)
        {
            case Image.SourceOneofCase.Key:
                return await FindAsync(tenant, model, image.Key, split, path + ".key", cancellationToken);
            case Image.SourceOneofCase.Url when image.Url.StartsWith(DataUri.Prefix, StringComparison.OrdinalIgnoreCase):
                var decode = () => (ReadOnlyMemory<byte>)DataUri.Decode(image.Url, _limits.MaxBytes, path + ".url");
                return await IngestAsync(tenant, model, decode, split, path, cancellationToken);
            case Image.SourceOneofCase.Url:
                var fetched = await fetcher.FetchAsync(image.Url, path + ".url", cancellationToken);
                return await IngestAsync(tenant, model, () => fetched, split, path, cancellationToken);
            default:
                return await IngestAsync(tenant, model, () => image.Data.Memory, split, path, cancellationToken);
        }
    }

    private Task<IngestedImage> IngestAsync(
        string tenant, ServedModel model, Func<ReadOnlyMemory<byte>> read, bool? split, string path, CancellationToken cancellationToken) =>
        gate.IngestAsync(
            tenant,
            () =>
            {
                try
                {
                    var file = read();
                    var info = codec.Probe(file, _limits);
                    return Keep(tenant, model, file, split, info);
                }
                catch (InvalidImageException e)
                {
                    throw RequestException.Invalid($"{path}: {e.Message}");
                }
            },
            cancellationToken);

    private async Task<IngestedImage> FindAsync(
        string tenant, ServedModel model, string key, bool? split, string path, CancellationToken cancellationToken)
    {
        if (store.Find(tenant, key) is { } stored)
        {
            var wanted = split ?? stored.Split;
            return stored.ModelRevision == model.Revision && wanted == stored.Split
                ? new IngestedImage(key, null)
                : await gate.IngestAsync(tenant, () => Keep(tenant, model, stored.File, wanted, null), cancellationToken);
        }

        var cached = embeddings.Peek(tenant, key);
        if (cached?.ModelRevision == model.Revision && (split is null || split == cached.Split))
            return new IngestedImage(key, null);
        throw new RequestException(
            StatusCode.NotFound, $"{path}: no image has the key '{key}' (never sent, or dropped to make room); send the picture again.");
    }

    private IngestedImage Keep(string tenant, ServedModel model, ReadOnlyMemory<byte> file, bool? split, ImageInfo? info)
    {
        var key = ImageKey.Compute(_salt, tenant, model, split, file.Span);
        store.Keep(tenant, key, new StoredImage(file, model.Revision, split));
        return new IngestedImage(key, info);
    }
}
