using VisionCluster.Imaging;

namespace VisionCluster.Gateway.Images;

/// <summary>A checked picture. Its file is in the image store, unless only its embedding is still known.</summary>
/// <param name="Key">The image key.</param>
/// <param name="Info">What the header said; null for a picture sent before.</param>
internal sealed record IngestedImage(string Key, ImageInfo? Info);
