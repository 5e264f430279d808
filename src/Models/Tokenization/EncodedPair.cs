namespace VisionCluster.Models.Tokenization;

/// <summary>Two texts as one sequence of tokens.</summary>
/// <param name="Ids">Token ids, special tokens included.</param>
/// <param name="TypeIds">For each token which of the texts it belongs to, as the model was trained to be told.</param>
public sealed record EncodedPair(int[] Ids, int[] TypeIds);
