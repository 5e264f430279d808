namespace VisionCluster.Models.Exports;

/// <summary>A ready-made embedding table: <c>input_ids</c> in, <c>inputs_embeds</c> out.</summary>
public sealed record EmbedderExport
{
    public required string Path { get; init; }

    public required ExportElement Embeddings { get; init; }
}
