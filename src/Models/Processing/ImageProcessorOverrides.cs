using System.Text.Json;

namespace VisionCluster.Models.Processing;

/// <summary>Options that replace those of a checkpoint's processor configuration.</summary>
public sealed record ImageProcessorOverrides
{
    /// <summary>Whether an image is split into tiles; null leaves the configuration's choice.</summary>
    public bool? DoImageSplitting { get; init; }

    /// <summary>Any other key of the configuration with its value, as <c>preprocessor_config.json</c> spells them.</summary>
    public IReadOnlyDictionary<string, JsonElement> Options { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Takes every member of a JSON object as an option.</summary>
    /// <exception cref="ModelException"><paramref name="json"/> is not an object.</exception>
    public static ImageProcessorOverrides FromJson(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ModelException("Processor overrides must be a JSON object.");
        var options = new Dictionary<string, JsonElement>();
        foreach (var member in json.EnumerateObject())
            options[member.Name] = member.Value.Clone();
        return new ImageProcessorOverrides { Options = options };
    }
}
