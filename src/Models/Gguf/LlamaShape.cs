namespace VisionCluster.Models.Gguf;

/// <summary>Sizes that decide how a Llama's tensors are named and laid out.</summary>
internal sealed record LlamaShape(int Layers, int Heads, int KvHeads, int HeadDim)
{
    /// <summary>Heads of a query or key projection (its weight or bias), whose rows GGUF keeps in pairs; null for other tensors.</summary>
    public int? RotaryHeads(string huggingFaceName) =>
        huggingFaceName.Contains(".q_proj.", StringComparison.Ordinal) ? Heads
        : huggingFaceName.Contains(".k_proj.", StringComparison.Ordinal) ? KvHeads
        : null;
}
