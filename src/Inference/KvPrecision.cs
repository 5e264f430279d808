namespace VisionCluster.Inference;

/// <summary>What keys and values are kept in.</summary>
public enum KvPrecision
{
    /// <summary>float32.</summary>
    Fp32,

    /// <summary>8-bit integers with a scale for each channel: a quarter of the memory.</summary>
    Int8,
}
