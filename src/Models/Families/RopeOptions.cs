using System.Text.Json;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>Rotary position embedding (Su et al., 2021) and its scaling, as <c>rope_theta</c> and <c>rope_scaling</c> say.</summary>
internal sealed record RopeOptions(double Theta, string Type, double Factor, double LowFrequencyFactor, double HighFrequencyFactor, double OriginalPositions)
{
    public static RopeOptions Read(ConfigSection config, int maxPositions)
    {
        // transformers 5 writes rope_parameters, which holds theta too.
        var parameters = config.Section("rope_parameters");
        var scaling = parameters ?? config.Section("rope_scaling");
        var theta = config.Number("rope_theta", parameters?.Number("rope_theta", 10_000) ?? 10_000);
        if (theta <= 0)
        {
            throw new ModelException($"config.json: rope_theta is {theta}; it must be above 0.");
        }

        config.RequireOnly("partial_rotary_factor", "1", "1.0");
        if (scaling is null)
        {
            return new RopeOptions(theta, "default", 1, 1, 1, maxPositions);
        }

        var type = scaling.StringOrNull("rope_type") ?? scaling.String("type", "default");
        _ = scaling.StringOrNull("type");
        var options = type switch
        {
            "default" or "dynamic" or "linear" => new RopeOptions(theta, type, scaling.Number("factor", 1), 1, 1, maxPositions),
            "llama3" => new RopeOptions(
                theta,
                type,
                scaling.Number("factor", 8),
                scaling.Number("low_freq_factor", 1),
                scaling.Number("high_freq_factor", 4),
                scaling.Number("original_max_position_embeddings", maxPositions)),
            _ => throw new ModelException($"config.json: rope_scaling of type {type} is not supported (default, linear, dynamic, llama3)."),
        };
        scaling.RefuseUnknown("original_max_position_embeddings");
        return options.Factor > 0 && options.OriginalPositions > 0 && options.HighFrequencyFactor != options.LowFrequencyFactor | type != "llama3"
            ? options : throw new ModelException("config.json: rope_scaling holds a factor that is not positive, or equal frequency factors.");
    }
}
