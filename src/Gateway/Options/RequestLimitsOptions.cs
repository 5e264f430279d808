using VisionCluster.Imaging;

namespace VisionCluster.Gateway.Options;

/// <summary>Bounds of one request.</summary>
public sealed class RequestLimitsOptions
{
    /// <summary>Most images in one request. Default 32.</summary>
    public int MaxImages { get; set; } = 32;

    /// <summary>Most messages in one request. Default 256.</summary>
    public int MaxMessages { get; set; } = 256;

    /// <summary>Most parts of one message. Default 256.</summary>
    public int MaxParts { get; set; } = 256;

    /// <summary>Most texts to embed or to match in one request. Default 1,024.</summary>
    public int MaxTexts { get; set; } = 1_024;

    /// <summary>Most characters of text in one request. Default 400,000.</summary>
    public int MaxTextChars { get; set; } = 400_000;

    /// <summary>Bounds that a picture's header is held to before anything is decoded.</summary>
    public ImageLimits Image { get; set; } = ImageLimits.Default;
}
