using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>
/// A stack of transformer encoder layers (Vaswani et al., 2017), as ViT, CLIP, SigLIP, BERT and their descendants are configured.
/// </summary>
internal sealed record TransformerOptions
{
    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required string Activation { get; init; }

    public required float LayerNormEpsilon { get; init; }

    /// <summary>Whether the query, key and value projections have biases.</summary>
    public bool QkvBias { get; init; } = true;

    public int HeadDim => HiddenSize / Heads;

    /// <summary>Reads the names that all families but DistilBERT share.</summary>
    public static TransformerOptions Read(ConfigSection config, TransformerOptions defaults)
    {
        var result = defaults with
        {
            HiddenSize = config.Size("hidden_size", defaults.HiddenSize),
            IntermediateSize = config.Size("intermediate_size", defaults.IntermediateSize),
            Layers = config.Size("num_hidden_layers", defaults.Layers),
            Heads = config.Size("num_attention_heads", defaults.Heads),
            Activation = config.String("hidden_act", defaults.Activation),
            LayerNormEpsilon = (float)config.Number("layer_norm_eps", defaults.LayerNormEpsilon),
        };
        return result.Checked("hidden_act");
    }

    /// <exception cref="ModelException">The activation is unknown, or the heads do not divide the hidden size.</exception>
    public TransformerOptions Checked(string activationKey)
    {
        Activations.Require(Activation, activationKey);
        return HiddenSize % Heads == 0 ? this
            : throw new ModelException($"config.json: {Heads} attention heads do not divide the hidden size {HiddenSize}.");
    }
}
