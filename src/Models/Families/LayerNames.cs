namespace VisionCluster.Models.Families;

/// <summary>What a family calls the parts of its encoder layers in a checkpoint.</summary>
/// <param name="Layers">The list of layers, such as <c>encoder.layers</c>.</param>
/// <param name="Query">Query projection, relative to a layer as all the following.</param>
/// <param name="Key">Key projection.</param>
/// <param name="Value">Value projection.</param>
/// <param name="Output">The attention block's output projection.</param>
/// <param name="AttentionNorm">The norm of the attention block: before it (pre-norm) or after it (post-norm).</param>
/// <param name="Up">First linear layer of the MLP.</param>
/// <param name="Down">Second linear layer of the MLP.</param>
/// <param name="MlpNorm">The norm of the MLP: before it (pre-norm) or after it (post-norm).</param>
internal sealed record LayerNames(
    string Layers, string Query, string Key, string Value, string Output, string AttentionNorm, string Up, string Down, string MlpNorm)
{
    /// <summary>CLIP, SigLIP, and the towers of Idefics2, Idefics3 and SmolVLM.</summary>
    public static LayerNames Clip { get; } = new(
        "encoder.layers",
        "self_attn.q_proj",
        "self_attn.k_proj",
        "self_attn.v_proj",
        "self_attn.out_proj",
        "layer_norm1",
        "mlp.fc1",
        "mlp.fc2",
        "layer_norm2");

    public static LayerNames Vit { get; } = new(
        "encoder.layer",
        "attention.attention.query",
        "attention.attention.key",
        "attention.attention.value",
        "attention.output.dense",
        "layernorm_before",
        "intermediate.dense",
        "output.dense",
        "layernorm_after");

    public static LayerNames Bert { get; } = new(
        "encoder.layer",
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
        "attention.output.dense",
        "attention.output.LayerNorm",
        "intermediate.dense",
        "output.dense",
        "output.LayerNorm");

    public static LayerNames DistilBert { get; } = new(
        "transformer.layer",
        "attention.q_lin",
        "attention.k_lin",
        "attention.v_lin",
        "attention.out_lin",
        "sa_layer_norm",
        "ffn.lin1",
        "ffn.lin2",
        "output_layer_norm");
}
