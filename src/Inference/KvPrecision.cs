namespace VisionCluster.Inference;

/// <summary>What keys and values are kept in.</summary>
public enum KvPrecision
{
    /// <summary>fp16 for quantised decoders where our own operators attend, else fp32.</summary>
    Auto,

    /// <summary>float32.</summary>
    Fp32,

    /// <summary>Halves, half of the memory; what other engines cache by default.</summary>
    Fp16,

    /// <summary>bfloat16, for decoders that compute in it on a GPU; they have no other.</summary>
    Bf16,

    /// <summary>8-bit integers with a scale for each channel: a quarter of the memory.</summary>
    Int8,
}
