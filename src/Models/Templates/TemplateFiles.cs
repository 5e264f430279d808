using System.Text.Json;

namespace VisionCluster.Models.Templates;

/// <summary>Finds a checkpoint's chat template and special tokens among its files, as transformers does.</summary>
internal sealed class TemplateFiles(string folder)
{
    private const string ConfigFile = "tokenizer_config.json";

    /// <summary>The template and the file that it is from; null when the checkpoint has none.</summary>
    public (string Source, string File)? FindTemplate()
    {
        const string plain = "chat_template.jinja";
        var path = Path.Combine(folder, plain);
        if (File.Exists(path))
            return (File.ReadAllText(path), plain);
        foreach (var file in (string[])["chat_template.json", ConfigFile])
        {
            using var document = Read(file);
            if (document?.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("chat_template", out var template)
                && DefaultOf(template) is { } source)
                return (source, file);
        }

        return null;
    }

    /// <summary><c>bos_token</c> and its kin; <c>tokenizer_config.json</c> has the last word.</summary>
    public Dictionary<string, JsonElement> ReadSpecialTokens()
    {
        var tokens = new Dictionary<string, JsonElement>();
        foreach (var file in (string[])["special_tokens_map.json", ConfigFile])
        {
            using var document = Read(file);
            if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root)
                continue;
            foreach (var property in root.EnumerateObject())
            {
                if (property.Name.EndsWith("_token", StringComparison.Ordinal) && TextOf(property.Value) is { } text)
                    tokens[property.Name] = text.Clone();
            }
        }

        return tokens;
    }

    private static string? DefaultOf(JsonElement template)
    {
        if (template.ValueKind == JsonValueKind.String)
            return template.GetString();
        if (template.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var entry in template.EnumerateArray())
        {
            if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("name", out var name) && name.ValueEquals("default")
                && entry.TryGetProperty("template", out var source) && source.ValueKind == JsonValueKind.String)
                return source.GetString();
        }

        return null;
    }

    // A token stands as text or as an AddedToken object.
    private static JsonElement? TextOf(JsonElement token) => token.ValueKind switch
    {
        JsonValueKind.String => token,
        JsonValueKind.Object when token.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String => content,
        _ => null,
    };

    private JsonDocument? Read(string file)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
            return null;
        try
        {
            using var stream = File.OpenRead(path);
            return JsonDocument.Parse(stream);
        }
        catch (JsonException error)
        {
            throw new ModelException($"{file} is not valid JSON: {error.Message}", error);
        }
    }
}
