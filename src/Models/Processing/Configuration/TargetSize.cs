namespace VisionCluster.Models.Processing.Configuration;

/// <summary>A configuration's <c>size</c> or <c>crop_size</c> in pixels: height and width, or edges of an image's own shape.</summary>
internal readonly record struct TargetSize(int? Height = null, int? Width = null, int? ShortestEdge = null, int? LongestEdge = null)
{
    public static TargetSize Square(int side) => new(side, side);
}
