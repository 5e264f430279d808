using VisionCluster.Imaging.Codecs;

namespace VisionCluster.Imaging;

/// <summary>The codec that this build was made with: libvips, or ImageSharp with <c>-p:ImageCodec=ImageSharp</c>.</summary>
public static class ImageCodecs
{
    public static IImageCodec Default { get; } = CodecFactory.Create();
}
