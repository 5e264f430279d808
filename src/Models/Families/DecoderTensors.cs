namespace VisionCluster.Models.Families;

/// <summary>Names of a decoder graph's inputs and outputs, and the names of golden tensors in inspection graphs.</summary>
public static class DecoderTensors
{
    /// <summary><c>[batch, tokens, hidden]</c>; with <see cref="SlotRuns"/> <c>[1, tokens, hidden]</c>, one sequence's behind the other's.</summary>
    public const string Embeddings = "inputs_embeds";

    /// <summary>int32 <c>[batch]</c>: tokens in the cache after this run, minus 1.</summary>
    public const string SequenceLengths = "seqlens_k";

    /// <summary>int32 <c>[1]</c>: the longest of them, plus 1.</summary>
    public const string TotalLength = "total_sequence_length";

    /// <summary>
    /// int32 <c>[sequences, 3]</c>: the slot of the cache that a sequence has, tokens already in it, and tokens of this run. In place of
    /// lengths in graphs with our own attention, whose cache is all slots.
    /// </summary>
    public const string SlotRuns = "slot_runs";

    /// <summary>Numbers for each sequence in <see cref="SlotRuns"/>.</summary>
    public const int SlotRunFields = 3;

    /// <summary>int64 <c>[rows]</c>: positions of the flattened batch whose logits are wanted.</summary>
    public const string LogitRows = "logit_rows";

    /// <summary><c>[rows, vocabulary]</c>; in inspection graphs <c>[1, tokens, vocabulary]</c>.</summary>
    public const string Logits = "logits";

    /// <summary>Output of the final norm, <c>[1, tokens, hidden]</c>; inspection only.</summary>
    public const string TextFinal = "text_final";

    public static string PastKey(int layer) => $"past_key.{layer}";

    public static string PastValue(int layer) => $"past_value.{layer}";

    public static string PresentKey(int layer) => $"present_key.{layer}";

    public static string PresentValue(int layer) => $"present_value.{layer}";

    /// <summary>float <c>[1, kv_heads, 1, head_dim]</c>: what 1 means in a layer's 8-bit keys; only with an 8-bit cache.</summary>
    public static string KeyScale(int layer) => $"key_scale.{layer}";

    /// <summary>float <c>[1, kv_heads, 1, head_dim]</c>: what 1 means in a layer's 8-bit values; only with an 8-bit cache.</summary>
    public static string ValueScale(int layer) => $"value_scale.{layer}";

    /// <summary>Output of a layer before the final norm, <c>[1, tokens, hidden]</c>; inspection only.</summary>
    public static string TextHidden(int layer) => $"text_hidden.{layer}";

    /// <summary>Attention weights of a layer, <c>[1, heads, tokens, tokens]</c>; inspection only.</summary>
    public static string TextAttention(int layer) => $"text_attention.{layer}";
}
