namespace VisionCluster.Models.Quantization;

/// <summary>Which precision each of some models is served in.</summary>
public sealed record PrecisionPlan
{
    /// <summary>Nothing is said about any model: each is served in <see cref="ModelPrecision.Auto"/>.</summary>
    public static PrecisionPlan Auto { get; } = new();

    /// <summary>The form of models that are not named; null: <see cref="ModelPrecision.Auto"/>. Models that cannot take it keep their own.</summary>
    public ModelPrecision? Others { get; init; }

    /// <summary>The form of models by name. Each must be able to take it.</summary>
    public IReadOnlyDictionary<string, ModelPrecision> Named { get; init; } = new Dictionary<string, ModelPrecision>();

    /// <summary>A model's form.</summary>
    public ModelPrecision Of(string model) => Named.TryGetValue(model, out var named) ? named : Others ?? ModelPrecision.Auto;

    /// <summary>Whether a model that cannot take its form is refused: it was named.</summary>
    public bool IsRequired(string model) => Named.ContainsKey(model);

    /// <summary>This plan, and where it says nothing, another.</summary>
    public PrecisionPlan OrElse(PrecisionPlan other)
    {
        // A form for every model was said later than what the other plan says of one.
        var named = new Dictionary<string, ModelPrecision>(Others is null ? other.Named : new Dictionary<string, ModelPrecision>());
        foreach (var (model, precision) in Named)
        {
            named[model] = precision;
        }

        return new PrecisionPlan { Others = Others ?? other.Others, Named = named };
    }
}
