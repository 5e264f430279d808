namespace VisionCluster.Inference.Decoding;

/// <summary>What one run holds.</summary>
/// <param name="Rows">Sequences that decode, in slots 0..n−1.</param>
/// <param name="Tokens">Tokens of a prompt's chunk.</param>
/// <param name="Drafted">Guessed tokens of a lone row.</param>
internal readonly record struct Batch(int Rows, int Tokens, int Drafted = 0);
