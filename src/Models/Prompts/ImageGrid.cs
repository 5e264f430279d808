namespace VisionCluster.Models.Prompts;

/// <summary>What an image takes up in a prompt.</summary>
/// <param name="Rows">Rows of the tile grid; 0 when not split.</param>
/// <param name="Columns">Columns of the tile grid; 0 when not split.</param>
/// <param name="TokensPerTile">Image tokens of one tile.</param>
public readonly record struct ImageGrid(int Rows, int Columns, int TokensPerTile);
