namespace VisionCluster.Models.Processing.Resampling;

/// <summary>A rectangle of pixels.</summary>
internal readonly record struct PixelWindow(int X, int Y, int Width, int Height);
