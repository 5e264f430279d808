namespace VisionCluster.Models.Families;

/// <summary>Names of an encoder graph's inputs and outputs, and the names of golden tensors in inspection graphs.</summary>
public static class EncoderTensors
{
    /// <summary><c>[tiles, 3, height, width]</c></summary>
    public const string PixelValues = "pixel_values";

    /// <summary>int64 <c>[tiles, patches]</c>: each patch's row in the position table.</summary>
    public const string PositionIds = "position_ids";

    /// <summary><c>[tiles, tokens, hidden of the language model]</c></summary>
    public const string ImageFeatures = "image_features";

    /// <summary>Input of layer 0, <c>[tiles, patches, hidden]</c>; inspection only, as the following.</summary>
    public const string VisionEmbeddings = "vision_embeddings";

    /// <summary>After the final norm, <c>[tiles, patches, hidden]</c>.</summary>
    public const string VisionLast = "vision_last";

    /// <summary>Input of the connector's projection, <c>[tiles, tokens, s² · hidden]</c>.</summary>
    public const string PixelShuffled = "pixel_shuffled";

    /// <summary>Output of a layer, <c>[tiles, patches, hidden]</c>.</summary>
    public static string VisionHidden(int layer) => $"vision_hidden.{layer}";
}
