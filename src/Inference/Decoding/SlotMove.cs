namespace VisionCluster.Inference.Decoding;

/// <summary>Brings a row into the packed range: from <paramref name="Source"/> to <paramref name="Destination"/>.</summary>
/// <param name="Source">A decoding sequence's slot.</param>
/// <param name="Destination">Free, or (when <paramref name="Swap"/>) an idle or prefilling sequence's, which goes to the source.</param>
/// <param name="Swap">Exchange instead of copy.</param>
internal readonly record struct SlotMove(int Source, int Destination, bool Swap);
