using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Options;
using VisionCluster.Shared;

namespace VisionCluster.Gateway.Images;

/// <summary>Picture files by tenant and key, bounded by <see cref="ImageCacheOptions.StoreBytes"/>.</summary>
internal sealed class ImageStore(IOptions<GatewayOptions> options, GatewayMetrics metrics)
{
    private readonly ByteBoundedLru<(string Tenant, string Key), StoredImage> _entries = new(options.Value.Images.StoreBytes);

    public StoredImage? Find(string tenant, string key) => _entries.TryGet((tenant, key), out var image) ? image : null;

    public void Keep(string tenant, string key, StoredImage image) =>
        metrics.StoreEvictions.Add(_entries.Set((tenant, key), image, image.File.Length));
}
