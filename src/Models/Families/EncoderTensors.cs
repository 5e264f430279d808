namespace VisionCluster.Models.Families;

/// <summary>Names of encoder graphs' inputs and outputs, and the names of golden tensors in inspection graphs.</summary>
public static class EncoderTensors
{
    /// <summary><c>[tiles, 3, height, width]</c></summary>
    public const string PixelValues = "pixel_values";

    /// <summary>int64 <c>[tiles, patches]</c>: each patch's row in the position table.</summary>
    public const string PositionIds = "position_ids";

    /// <summary>int32 <c>[tiles, patches]</c>: 1 on real patches, 0 on padding.</summary>
    public const string PatchMask = "patch_mask";

    /// <summary>int64 <c>[batch, tokens]</c></summary>
    public const string InputIds = "input_ids";

    /// <summary>int32 <c>[batch, tokens]</c>: 1 on real tokens, 0 on padding.</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>int64 <c>[batch, tokens]</c>: 0 in the first text, 1 in the second.</summary>
    public const string TokenTypeIds = "token_type_ids";

    /// <summary><c>[tiles, tokens, hidden of the language model]</c></summary>
    public const string ImageFeatures = "image_features";

    /// <summary>Everything that a classifier or embedding model says about an input, side by side, <c>[batch, features]</c>.</summary>
    public const string Features = "features";

    /// <summary>
    /// CLIP's class token and patches before the norm, <c>[tiles, patches + 1, hidden]</c>; inspection only, as the following.
    /// </summary>
    public const string VisionPatchEmbeddings = "vision_patch_embeddings";

    /// <summary>Input of layer 0, <c>[tiles, patches, hidden]</c>.</summary>
    public const string VisionEmbeddings = "vision_embeddings";

    /// <summary>After the final norm, <c>[tiles, patches, hidden]</c>.</summary>
    public const string VisionLast = "vision_last";

    /// <summary>Input of LLaVA's projector, <c>[tiles, tokens, hidden]</c>.</summary>
    public const string VisionSelected = "vision_selected";

    /// <summary>Input of Idefics3's projection, <c>[tiles, tokens, s² · hidden]</c>.</summary>
    public const string PixelShuffled = "pixel_shuffled";

    /// <summary>
    /// Patches in the language model's width, before Idefics2's resampler, <c>[tiles, patches, hidden of the language model]</c>.
    /// </summary>
    public const string ConnectorProjection = "connector_projection";

    /// <summary>Weights of SigLIP's attention pool, <c>[tiles, heads, 1, patches]</c>.</summary>
    public const string PoolAttention = "pool_attention";

    /// <summary>Input of a text encoder's layer 0, <c>[batch, tokens, hidden]</c>.</summary>
    public const string TextEmbeddings = "text_embeddings";

    /// <summary>Output of a layer, <c>[tiles, patches, hidden]</c>.</summary>
    public static string VisionHidden(int layer) => $"vision_hidden.{layer}";

    /// <summary>Attention weights of a layer, <c>[tiles, heads, patches, patches]</c>.</summary>
    public static string VisionAttention(int layer) => $"vision_attention.{layer}";

    /// <summary>Output of a layer of Idefics2's resampler, <c>[tiles, latents, hidden of the language model]</c>.</summary>
    public static string ResamplerHidden(int layer) => $"resampler_hidden.{layer}";
}
