namespace VisionCluster.Models.Families;

/// <summary>
/// Cosine and sine of every position's angles, <c>[positions, head_dim / 2]</c>, in the float32 arithmetic of transformers'
/// <c>modeling_rope_utils.py</c>. Element j of a head is rotated with element j + head_dim / 2.
/// </summary>
internal static class RotaryTable
{
    public static (float[] Cosine, float[] Sine) Build(RopeOptions options, int headDim, int positions)
    {
        var frequencies = Frequencies(options, headDim);
        var cosine = GC.AllocateUninitializedArray<float>(positions * frequencies.Length);
        var sine = GC.AllocateUninitializedArray<float>(cosine.Length);
        for (var position = 0; position < positions; position++)
        {
            for (var j = 0; j < frequencies.Length; j++)
            {
                var angle = position * frequencies[j];
                cosine[(position * frequencies.Length) + j] = (float)Math.Cos(angle);
                sine[(position * frequencies.Length) + j] = (float)Math.Sin(angle);
            }
        }

        return (cosine, sine);
    }

    private static float[] Frequencies(RopeOptions options, int headDim)
    {
        var frequencies = new float[headDim / 2];
        for (var j = 0; j < frequencies.Length; j++)
        {
            var plain = 1f / MathF.Pow((float)options.Theta, 2 * j / (float)headDim);
            frequencies[j] = options.Type switch
            {
                "linear" => plain / (float)options.Factor,
                "llama3" => Llama3(plain, options),
                "divisors" => plain / options.Divisors[j],

                // Dynamic scaling starts beyond the trained positions, which is where a context ends here.
                _ => plain,
            };
        }

        return frequencies;
    }

    private static float Llama3(float frequency, RopeOptions options)
    {
        var wavelength = 2 * MathF.PI / frequency;
        if (wavelength > options.OriginalPositions / options.LowFrequencyFactor)
        {
            return frequency / (float)options.Factor;
        }

        if (wavelength < options.OriginalPositions / options.HighFrequencyFactor)
        {
            return frequency;
        }

        var smooth = (float)(((options.OriginalPositions / wavelength) - options.LowFrequencyFactor)
            / (options.HighFrequencyFactor - options.LowFrequencyFactor));
        return ((1 - smooth) * frequency / (float)options.Factor) + (smooth * frequency);
    }
}
