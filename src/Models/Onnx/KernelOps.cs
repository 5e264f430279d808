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
    /// Grouped-query attention over the slots of a cache, with rotary embedding: <c>(qkv, past_key, past_value, runs, cos, sin) →
    /// (y, present_key, present_value)</c>, present being the memory of past. qkv float <c>[1, tokens, (heads + 2·kv) · head]</c>, the tokens
    /// of one sequence behind those of another; past float <c>[slots, kv, capacity, head]</c>; runs int32 <c>[sequences, 3]</c>: each one's
    /// slot, tokens in it, and tokens of this run, at least one; cos and sin <c>[positions, head / 2]</c>. No slot has two sequences.
    /// </summary>
    public const string SlotAttention = "SlotAttention";

    /// <summary>The same with a cache of halves.</summary>
    public const string SlotAttentionHalf = "SlotAttentionHalf";

    /// <summary>
    /// What stands between an encoder's integer products, in one pass over each row: <c>(x, factor?, bias?, skip?, norm?, norm_bias?) → y</c>,
    /// y = act(x · factor + bias) + skip. x and skip float <c>[…, N]</c>, factor float <c>[…, 1]</c>; the others <c>[N]</c>. N is a multiple of 16.
    /// </summary>
    public const string RowPass = "RowPass";

    /// <summary>
    /// The same, layer-normed if there is a norm, as integers: <c>→ (integers, factor)</c>, uint8 <c>[…, N]</c> around 128 and what 1 means in each
    /// row, float <c>[…, 1]</c>.
    /// </summary>
    public const string RowPassRounded = "RowPassRounded";

    /// <summary>Both: <c>→ (y, integers, factor)</c>, y before the norm.</summary>
    public const string RowPassBoth = "RowPassBoth";

    /// <summary>A <see cref="RowActivation"/>.</summary>
    public const string Activation = "activation";

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

/// <summary>Values of <see cref="KernelOps.Activation"/>.</summary>
public enum RowActivation
{
    None,

    /// <summary>The erf form.</summary>
    Gelu,
    GeluTanh,
    QuickGelu,
}

/// <summary>Values of <see cref="KernelOps.Gate"/>.</summary>
public enum GateActivation
{
    None,
    Silu,
    GeluTanh,
}
