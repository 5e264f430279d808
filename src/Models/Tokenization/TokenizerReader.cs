using System.Text.Json;
using VisionCluster.Models.Tokenization.AddedTokens;
using VisionCluster.Models.Tokenization.Algorithms;
using VisionCluster.Models.Tokenization.Decoders;
using VisionCluster.Models.Tokenization.Normalizers;
using VisionCluster.Models.Tokenization.PostProcessors;
using VisionCluster.Models.Tokenization.PreTokenizers;

namespace VisionCluster.Models.Tokenization;

/// <summary>Reads tokenizer.json and the files beside it. Whatever is wrong with them is a <see cref="ModelException"/>.</summary>
internal static class TokenizerReader
{
    private const int LargestFile = 256 << 20; // the largest published ones have 33 MB

    /// <summary>Where roles of tokens are named, the more important file last.</summary>
    private static readonly string[] FilesWithRoles = ["special_tokens_map.json", "tokenizer_config.json"];

    public static Tokenizer Load(string folder)
    {
        var path = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(path))
            throw new ModelException("The checkpoint has no tokenizer.json.");
        var roles = new Dictionary<string, string>();
        foreach (var file in FilesWithRoles.Select(name => Path.Combine(folder, name)).Where(File.Exists))
            Guard(Path.GetFileName(file), () => ReadRoles(ReadFile(file), roles));
        return Guard(Path.GetFileName(path), () => Build(ReadFile(path), roles));
    }

    public static Tokenizer Parse(ReadOnlyMemory<byte> json) =>
        Guard("tokenizer.json", () => Build(json, new Dictionary<string, string>()));

    private static Tokenizer Build(ReadOnlyMemory<byte> json, IReadOnlyDictionary<string, string> roles)
    {
        if (json.Length > LargestFile)
            throw new ModelException($"The tokenizer's file has {json.Length} bytes; at most {LargestFile} are read.");
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.OptionalText("version") is { } version and not "1.0")
            throw new ModelException($"The tokenizer's version '{version}' is not supported.");

        var model = ModelReader.Read(root);
        var normalizer = NormalizerReader.Read(root);
        var added = root.Has("added_tokens") ? root.List("added_tokens").Select(ReadAddedToken) : [];
        var parts = new TokenizerParts(
            new AddedTokenSet(added, model.Vocabulary.Find, model.Vocabulary.Count, normalizer),
            normalizer,
            PreTokenizerReader.Read(root),
            model,
            TokenTemplateReader.Read(root),
            DecoderReader.Read(root),
            roles,
            root.Has("padding") && root.Field("padding").Has("pad_id") ? root.Field("padding").Number("pad_id") : null);
        if (parts.Template.HighestId > parts.HighestId)
            throw new ModelException($"The tokenizer's post-processor adds the id {parts.Template.HighestId}, which is no token.");
        return new Tokenizer(parts);
    }

    private static AddedToken ReadAddedToken(JsonElement json) => new(
        json.Number("id"),
        json.Text("content"),
        json.Flag("single_word"),
        json.Flag("lstrip"),
        json.Flag("rstrip"),
        json.Flag("normalized"),
        json.Flag("special"));

    private static bool ReadRoles(byte[] json, Dictionary<string, string> roles)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (!property.Name.EndsWith("_token", StringComparison.Ordinal))
                continue;
            if (property.Value.ValueKind == JsonValueKind.String)
                roles[property.Name] = property.Value.GetString()!;
            else if (property.Value.Has("content"))
                roles[property.Name] = property.Value.Text("content");
        }

        return true;
    }

    private static byte[] ReadFile(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= LargestFile ? File.ReadAllBytes(path)
            : throw new ModelException($"The tokenizer's file has {length} bytes; at most {LargestFile} are read.");
    }

    private static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException
            or OverflowException or IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path} is not a tokenizer file that can be read: {e.Message}", e);
        }
    }
}
