namespace VisionCluster.Models.Quantization;

/// <summary>How a decoder's linear layers are stored and multiplied; encoders, norms, attention and embeddings are float32 in all of them.</summary>
public enum ModelPrecision
{
    /// <summary>One of the others, by device and size: see <see cref="PrecisionChoice"/>.</summary>
    Auto,

    /// <summary>float32.</summary>
    Fp32,

    /// <summary>Halves, the decoder's arithmetic too: for GPUs.</summary>
    Fp16,

    /// <summary>
    /// bfloat16, the decoder's arithmetic too: for GPUs, and for activations too large for <see cref="Fp16"/>. Eight bits where that has eleven, and
    /// float32's range.
    /// </summary>
    Bf16,

    /// <summary>8-bit blocks of 32 with a scale each, activations as 8-bit blocks; a GGUF file's own blocks as they are.</summary>
    Int8,

    /// <summary>4-bit blocks of 32 with a scale each, activations as 8-bit blocks; a GGUF file's own blocks as they are.</summary>
    Int4,
}

public static class ModelPrecisions
{
    /// <summary>For messages.</summary>
    public static string Choices { get; } = string.Join(", ", Enum.GetValues<ModelPrecision>().Select(Name));

    /// <summary>fp32, fp16, bf16, int8, int4 or auto.</summary>
    public static string Name(this ModelPrecision precision) => precision switch
    {
        ModelPrecision.Auto => "auto",
        ModelPrecision.Fp32 => "fp32",
        ModelPrecision.Fp16 => "fp16",
        ModelPrecision.Bf16 => "bf16",
        ModelPrecision.Int8 => "int8",
        ModelPrecision.Int4 => "int4",
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };

    public static bool TryParse(string text, out ModelPrecision precision)
    {
        foreach (var candidate in Enum.GetValues<ModelPrecision>())
        {
            if (candidate.Name() == text)
            {
                precision = candidate;
                return true;
            }
        }

        precision = ModelPrecision.Auto;
        return false;
    }
}
