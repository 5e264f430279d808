using System.Text.Json;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>Rotary position embedding (Su et al., 2021) and its scaling, as <c>rope_theta</c> and <c>rope_scaling</c> say.</summary>
internal sealed record RopeOptions
{
    public required double Theta { get; init; }

    /// <summary>default, linear, dynamic, llama3, or divisors (what a GGUF file has in <c>rope_freqs</c>).</summary>
    public required string Type { get; init; }

    /// <summary>Positions that the model was trained for, or extended to by its scaling.</summary>
    public required int MaxPositions { get; init; }

    public double Factor { get; init; } = 1;

    public double LowFrequencyFactor { get; init; } = 1;

    public double HighFrequencyFactor { get; init; } = 4;

    public double OriginalPositions { get; init; }

    /// <summary>For every pair of a head what its frequency is divided by; only for type divisors.</summary>
    public IReadOnlyList<float> Divisors { get; init; } = [];

    public static RopeOptions Read(ConfigSection config, int maxPositions)
    {
        // transformers 5 writes rope_parameters, which holds theta too.
        var parameters = config.Section("rope_parameters");
        var scaling = parameters ?? config.Section("rope_scaling");
        var theta = parameters?.Number("rope_theta", config.Number("rope_theta", 10_000)) ?? config.Number("rope_theta", 10_000);
        _ = config.Number("rope_theta", 10_000);
        config.RequireOnly("partial_rotary_factor", "1", "1.0");
        scaling?.RequireOnly("partial_rotary_factor", "1", "1.0");
        var options = new RopeOptions { Theta = theta, Type = "default", MaxPositions = maxPositions };
        return scaling is null ? options.Checked() : ReadScaling(scaling, options).Checked();
    }

    private static RopeOptions ReadScaling(ConfigSection scaling, RopeOptions options)
    {
        var type = scaling.StringOrNull("rope_type") ?? scaling.String("type", "default");
        _ = scaling.StringOrNull("type");
        var trained = options.MaxPositions;
        options = type switch
        {
            "default" => options,

            // A table stretched by the factor reaches further by the factor.
            "linear" => options with { Factor = scaling.Number("factor", 1) },
            "dynamic" => options with { Factor = scaling.Number("factor", 1) },
            "llama3" => options with
            {
                Factor = scaling.Number("factor", 8),
                LowFrequencyFactor = scaling.Number("low_freq_factor", 1),
                HighFrequencyFactor = scaling.Number("high_freq_factor", 4),
                OriginalPositions = scaling.Number("original_max_position_embeddings", trained),
            },
            "divisors" => options with { Divisors = ReadDivisors(scaling) },
            _ => throw new ModelException($"config.json: rope_scaling of type {type} is not supported (default, linear, dynamic, llama3)."),
        };
        options = options with { Type = type };
        if (type == "linear" && options.Factor > 1)
        {
            options = options with { MaxPositions = (int)Math.Min(trained * options.Factor, 1 << 24) };
        }

        if (type is "default" or "linear" or "dynamic" && scaling.Has("original_max_position_embeddings"))
        {
            // Written by conversion scripts; says nothing beyond max_position_embeddings for these types, and must not contradict it.
            var original = scaling.Number("original_max_position_embeddings", trained);
            if (type == "dynamic" && original < trained)
            {
                options = options with { MaxPositions = (int)Math.Max(1, original) };
            }
        }

        scaling.RefuseUnknown("factor");
        return options;
    }

    private static float[] ReadDivisors(ConfigSection scaling)
    {
        var values = scaling.Raw("divisors") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number ? value.GetSingle() : 0).ToArray() : [];
        return values.Length > 0 && values.All(value => float.IsFinite(value) && value > 0) ? values
            : throw new ModelException("config.json: rope_scaling of type divisors needs divisors, a list of numbers above 0.");
    }

    /// <exception cref="ModelException">A value makes no sense.</exception>
    private RopeOptions Checked()
    {
        if (Theta <= 0 || Factor <= 0)
        {
            throw new ModelException($"config.json: rope_theta is {Theta} and the scaling factor {Factor}; both must be above 0.");
        }

        return Type != "llama3" || (OriginalPositions > 0 && LowFrequencyFactor > 0 && HighFrequencyFactor > LowFrequencyFactor) ? this
            : throw new ModelException(
                "config.json: rope_scaling of type llama3 needs original_max_position_embeddings and low_freq_factor above 0, and "
                + "high_freq_factor above the latter.");
    }
}
