namespace VisionCluster.Models.Tokenization;

/// <summary>A text cut or padded to a given number of tokens.</summary>
/// <param name="Ids">Token ids, then padding.</param>
/// <param name="AttentionMask">1 for the text's tokens, 0 for padding.</param>
public sealed record FixedLengthEncoding(int[] Ids, int[] AttentionMask);
