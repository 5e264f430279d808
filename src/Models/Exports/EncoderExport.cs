namespace VisionCluster.Models.Exports;

/// <summary>A ready-made vision encoder: <c>pixel_values</c> and as the graph needs it <c>pixel_attention_mask</c> in, <c>image_features</c> out.</summary>
public sealed record EncoderExport
{
    public required string Path { get; init; }

    /// <summary>Pixels are <c>[1, tiles, 3, height, width]</c>; otherwise <c>[tiles, 3, height, width]</c>.</summary>
    public required bool Nested { get; init; }

    /// <summary>The graph is for one tile at a time.</summary>
    public required bool OneTile { get; init; }

    /// <summary>The only height of a tile that the graph takes; null for any.</summary>
    public long? Height { get; init; }

    /// <summary>The only width of a tile that the graph takes; null for any.</summary>
    public long? Width { get; init; }

    public required ExportElement Pixels { get; init; }

    /// <summary>Type of the mask <c>[(1,) tiles, height, width]</c>; null without one.</summary>
    public ExportElement? Mask { get; init; }

    public required ExportElement Features { get; init; }
}
