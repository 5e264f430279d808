namespace VisionCluster.Models.Checkpoints;

/// <summary>Element types of a safetensors file that are read.</summary>
public enum TensorType
{
    F32,
    F16,
    BF16,
    I64,
    I32,
    U8,
    Bool,
}

internal static class TensorTypes
{
    public static int Bytes(this TensorType type) => type switch
    {
        TensorType.I64 => 8,
        TensorType.F32 or TensorType.I32 => 4,
        TensorType.F16 or TensorType.BF16 => 2,
        _ => 1,
    };

    public static TensorType? Parse(string? name) => name switch
    {
        "F32" => TensorType.F32,
        "F16" => TensorType.F16,
        "BF16" => TensorType.BF16,
        "I64" => TensorType.I64,
        "I32" => TensorType.I32,
        "U8" => TensorType.U8,
        "BOOL" => TensorType.Bool,
        _ => null,
    };
}
