namespace VisionCluster.Inference;

/// <summary>An encoded image: what a prompt needs of it.</summary>
/// <param name="Rows">Rows of the tile grid; 0 when not split.</param>
/// <param name="Columns">Columns of the tile grid; 0 when not split.</param>
/// <param name="Tokens">Image tokens.</param>
/// <param name="Values"><c>[tokens, hidden]</c> as float32 little endian: the form that travels and is cached.</param>
public sealed record ImageEmbedding(int Rows, int Columns, int Tokens, byte[] Values);
