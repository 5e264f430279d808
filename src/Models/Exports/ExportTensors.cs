using System.Globalization;

namespace VisionCluster.Models.Exports;

/// <summary>Names of inputs and outputs in the hub's usual layout. A plane of the cache is a layer · 2, plus 1 for values.</summary>
public static class ExportTensors
{
    /// <summary>int64 <c>[batch, tokens]</c></summary>
    public const string InputIds = "input_ids";

    /// <summary><c>[batch, tokens, hidden]</c>: a decoder's input, an embedding table's output.</summary>
    public const string Embeddings = "inputs_embeds";

    /// <summary>int64 <c>[batch, past + tokens]</c>, 0 on padding.</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>int64 <c>[batch, tokens]</c></summary>
    public const string PositionIds = "position_ids";

    /// <summary>bool <c>[1]</c></summary>
    public const string CacheBranch = "use_cache_branch";

    /// <summary>int64 scalar: how many of the last positions need logits; 0 = all.</summary>
    public const string LogitsToKeep = "num_logits_to_keep";

    /// <summary><c>[batch, tokens, vocabulary]</c></summary>
    public const string Logits = "logits";

    /// <summary>An encoder's normed last layer, <c>[batch, tokens, hidden]</c></summary>
    public const string LastHidden = "last_hidden_state";

    /// <summary><c>[batch, hidden]</c></summary>
    public const string Pooled = "pooler_output";

    /// <summary>bool <c>[batch, images, height, width]</c></summary>
    public const string PixelMask = "pixel_attention_mask";

    public static string PastKey(int layer) => Past(2 * layer);

    public static string Past(int plane) => Name("past_key_values", plane);

    public static string Present(int plane) => Name("present", plane);

    private static string Name(string prefix, int plane) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}.{plane / 2}.{(plane % 2 == 0 ? "key" : "value")}");
}
