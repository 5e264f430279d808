using System.Text.Json;
using VisionCluster.Models.Processing.Configuration;

namespace VisionCluster.Models.Processing;

/// <summary>
/// Makes a checkpoint's image processor from its <c>preprocessor_config.json</c>, or from <c>processor_config.json</c> where newer releases
/// nest it.
/// </summary>
public static class ImageProcessors
{
    private const string ImageConfig = "preprocessor_config.json";
    private const string JointConfig = "processor_config.json";
    private const string NestedKey = "image_processor";

    /// <param name="checkpointFolder">Folder of the checkpoint.</param>
    /// <param name="modelType">The <c>model_type</c> of its <c>config.json</c>, for processor files that name no class.</param>
    /// <param name="overrides">Options that replace the files'.</param>
    /// <exception cref="ModelException">The files are missing or broken, or ask for something that is not supported.</exception>
    public static IImageProcessor Load(string checkpointFolder, string modelType, ImageProcessorOverrides? overrides = null)
    {
        var options = ReadNested(checkpointFolder) ?? ReadObject(checkpointFolder, ImageConfig)
            ?? throw new ModelException($"The checkpoint has no {ImageConfig}.");
        foreach (var (name, value) in overrides?.Options ?? new Dictionary<string, JsonElement>())
            options[name] = value;
        if (overrides?.DoImageSplitting is { } split)
            options["do_image_splitting"] = JsonSerializer.SerializeToElement(split);

        var settings = ProcessorSettingsReader.Read(options, modelType);
        return settings.Family switch
        {
            ProcessorFamily.Idefics2 => new Idefics2Processor(settings),
            ProcessorFamily.Idefics3 or ProcessorFamily.SmolVlm => new Idefics3Processor(settings),
            _ => new SingleTileProcessor(settings),
        };
    }

    private static Dictionary<string, JsonElement>? ReadNested(string folder) =>
        ReadObject(folder, JointConfig)?.GetValueOrDefault(NestedKey) is { ValueKind: JsonValueKind.Object } nested
            ? Members(nested, JointConfig)
            : null;

    private static Dictionary<string, JsonElement>? ReadObject(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Members(document.RootElement, name);
        }
        catch (JsonException e)
        {
            throw new ModelException($"{name} is not valid JSON.", e);
        }
    }

    // The last of two equal keys counts, as in Python.
    private static Dictionary<string, JsonElement> Members(JsonElement json, string file)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ModelException($"The image processor of {file} is not a JSON object.");
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in json.EnumerateObject())
            members[member.Name] = member.Value.Clone();
        return members;
    }
}
