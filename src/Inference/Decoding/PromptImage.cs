namespace VisionCluster.Inference.Decoding;

/// <summary>An image's embedding in a prompt.</summary>
/// <param name="Key">The image key (hex SHA-256): two prompts with the same tokens and the same key at a position share its KV.</param>
/// <param name="Rows">Image tokens.</param>
/// <param name="Embedding"><c>[rows, hidden]</c>, float32.</param>
public sealed record PromptImage(string Key, int Rows, ReadOnlyMemory<float> Embedding);
