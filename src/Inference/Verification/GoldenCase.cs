using System.Text.Json;
using VisionCluster.Models;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Inference.Verification;

/// <summary>A case of <c>expected/cases.json</c>: a request, and what the reference implementation made of it.</summary>
public sealed record GoldenCase(string Name, JsonElement Json, string Folder)
{
    /// <summary>Every case of a checkpoint's <c>expected</c> folder.</summary>
    /// <exception cref="ModelException">The folder has none, or they are malformed.</exception>
    public static IReadOnlyList<GoldenCase> ReadAll(string checkpointFolder)
    {
        var folder = Path.Combine(checkpointFolder, "expected");
        var root = CheckpointJson.Read(folder, "cases.json") ?? throw new ModelException("There is no expected/cases.json to compare with.");
        try
        {
            return [.. root.GetProperty("cases").EnumerateArray().Select(json => new GoldenCase(json.GetProperty("name").GetString()!, json, folder))];
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw new ModelException($"expected/cases.json is malformed: {e.Message}", e);
        }
    }

    public SafetensorsFile OpenTensors() => SafetensorsFile.Open(Path.Combine(Folder, Json.GetProperty("file").GetString()!));

    /// <summary>Image files in the order of the prompt.</summary>
    public IReadOnlyList<string> Images => Json.TryGetProperty("images", out var images)
        ? [.. images.EnumerateArray().Select(image => Path.Combine(Folder, image.GetString()!))] : [];

    public string? Text(string key) => Json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool AddSpecialTokens => Json.TryGetProperty("add_special_tokens", out var value) && value.ValueKind == JsonValueKind.True;

    public JsonElement? Overrides => Json.TryGetProperty("processor_overrides", out var value) ? value : null;
}
