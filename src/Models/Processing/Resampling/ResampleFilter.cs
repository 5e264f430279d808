namespace VisionCluster.Models.Processing.Resampling;

/// <summary>Pillow's resampling filters; the numbers are those of a configuration's <c>resample</c>.</summary>
public enum ResampleFilter
{
    Nearest = 0,
    Lanczos = 1,
    Bilinear = 2,
    Bicubic = 3,
    Box = 4,
    Hamming = 5,
}
