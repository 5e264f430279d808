namespace VisionCluster.Cli.Bench.Weights;

/// <summary>Names and shapes of a checkpoint's tensors, layer by layer.</summary>
internal sealed class TensorList
{
    private readonly List<(string Name, long[] Shape)> _tensors = [];

    public IReadOnlyList<(string Name, long[] Shape)> Tensors => _tensors;

    public TensorList Add(string name, params long[] shape)
    {
        _tensors.Add((name, shape));
        return this;
    }

    /// <summary>A linear layer with bias.</summary>
    public TensorList Linear(string name, long outputs, long inputs) => Add($"{name}.weight", outputs, inputs).Add($"{name}.bias", outputs);

    public TensorList Norm(string name, long size) => Add($"{name}.weight", size).Add($"{name}.bias", size);

    /// <summary>Layers of CLIP's and SigLIP's naming.</summary>
    public TensorList ClipLayers(string prefix, int layers, long size, long inner)
    {
        for (var layer = 0; layer < layers; layer++)
        {
            var at = $"{prefix}.encoder.layers.{layer}";
            Norm($"{at}.layer_norm1", size).Norm($"{at}.layer_norm2", size);
            foreach (var projection in new[] { "q_proj", "k_proj", "v_proj", "out_proj" })
            {
                Linear($"{at}.self_attn.{projection}", size, size);
            }

            Linear($"{at}.mlp.fc1", inner, size).Linear($"{at}.mlp.fc2", size, inner);
        }

        return this;
    }

    /// <summary>Layers of ViT's naming.</summary>
    public TensorList VitLayers(string prefix, int layers, long size, long inner)
    {
        for (var layer = 0; layer < layers; layer++)
        {
            var at = $"{prefix}.encoder.layer.{layer}";
            Norm($"{at}.layernorm_before", size).Norm($"{at}.layernorm_after", size);
            foreach (var projection in new[] { "attention.query", "attention.key", "attention.value", "output.dense" })
            {
                Linear($"{at}.attention.{projection}", size, size);
            }

            Linear($"{at}.intermediate.dense", inner, size).Linear($"{at}.output.dense", size, inner);
        }

        return this;
    }

    /// <summary>A Llama without biases and with tied embeddings.</summary>
    public TensorList Llama(string prefix, int layers, long size, long inner, long keyValues, long vocabulary)
    {
        Add($"{prefix}.embed_tokens.weight", vocabulary, size).Add($"{prefix}.norm.weight", size);
        for (var layer = 0; layer < layers; layer++)
        {
            var at = $"{prefix}.layers.{layer}";
            Add($"{at}.input_layernorm.weight", size).Add($"{at}.post_attention_layernorm.weight", size);
            Add($"{at}.self_attn.q_proj.weight", size, size).Add($"{at}.self_attn.o_proj.weight", size, size);
            Add($"{at}.self_attn.k_proj.weight", keyValues, size).Add($"{at}.self_attn.v_proj.weight", keyValues, size);
            Add($"{at}.mlp.gate_proj.weight", inner, size).Add($"{at}.mlp.up_proj.weight", inner, size).Add($"{at}.mlp.down_proj.weight", size, inner);
        }

        return this;
    }
}
