namespace VisionCluster.Models.Onnx;

/// <summary>
/// Our own operators for CPUs: their names and attributes, which graphs and kernels share (docs: ADR 007).
/// </summary>
public static class KernelOps
{
    public const string Domain = "visioncluster";

    /// <summary>
    /// x · Wᵀ of a block-quantised W, with what usually stands around it: <c>(x, W, norm?, residual?) → y</c>.
    /// x float <c>[…, K]</c>; W bytes of strips; norm float <c>[K]</c>, weights of an RMS norm of x; residual float <c>[…, N]</c>, added to y.
    /// </summary>
    public const string BlockMatMul = "BlockMatMul";

    /// <summary>
    /// Grouped-query attention over the slots of a cache, with rotary embedding: <c>(qkv, past_key, past_value, seqlens_k, cos, sin) →
    /// (y, present_key, present_value)</c>, present being the memory of past. qkv float <c>[batch, tokens, (heads + 2·kv) · head]</c>; past
    /// float <c>[batch, kv, capacity, head]</c>; seqlens_k int32 <c>[batch]</c>, tokens after this run minus 1; cos and sin
    /// <c>[positions, head / 2]</c>.
    /// </summary>
    public const string SlotAttention = "SlotAttention";

    /// <summary>The same with a cache of halves.</summary>
    public const string SlotAttentionHalf = "SlotAttentionHalf";

    public const string Outputs = "N";
    public const string Inputs = "K";
    public const string Bits = "bits";
    public const string HasOffsets = "offsets";
    public const string HalfScales = "half_scales";
    public const string Epsilon = "epsilon";

    /// <summary>0: none. Else strips alternate between gate and up, and y is act(gate) · up, <c>[…, N / 2]</c>.</summary>
    public const string Gate = "gate";

    public const string Heads = "num_heads";
    public const string KvHeads = "kv_num_heads";
    public const string Scale = "scale";

    /// <summary>Keys that a query sees, itself included; 0: all.</summary>
    public const string Window = "window";
}

/// <summary>Values of <see cref="KernelOps.Gate"/>.</summary>
public enum GateActivation
{
    None,
    Silu,
    GeluTanh,
}
