namespace VisionCluster.Inference.Inspection;

/// <summary>A block of patches; 0 × 0 for a class token.</summary>
public sealed record ImagePlace(int Image, int Tile, int Row, int Column, int Rows, int Columns);
