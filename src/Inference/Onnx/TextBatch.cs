namespace VisionCluster.Inference.Onnx;

/// <summary>Texts as a text encoder takes them, padded to one length.</summary>
/// <param name="Rows">Texts.</param>
/// <param name="Tokens">Tokens of each, padding included.</param>
/// <param name="Ids"><c>[rows, tokens]</c></param>
/// <param name="Mask"><c>[rows, tokens]</c>: 1 on real tokens, 0 on padding.</param>
/// <param name="Types"><c>[rows, tokens]</c>: 0 in the first text of a pair, 1 in the second.</param>
internal sealed record TextBatch(int Rows, int Tokens, long[] Ids, int[] Mask, long[] Types);
