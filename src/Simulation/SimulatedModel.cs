using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using VisionCluster.Models;

namespace VisionCluster.Simulation;

/// <summary>A model that is not one: sizes, and what its work would take. Its name begins with <see cref="NamePrefix"/>.</summary>
public sealed record SimulatedModel
{
    /// <summary>Begins every name, so that nothing simulated passes for the real thing.</summary>
    public const string NamePrefix = "simulated-";

    private const string Extension = ".json";
    private const long MaxFileBytes = 64 << 10;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>File name or preset.</summary>
    [JsonIgnore]
    public string Name { get; init; } = "";

    /// <summary>Where its costs come from: measured how, or estimated from what.</summary>
    public string Source { get; init; } = "";

    /// <summary>Another seed, other tokens. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Width of an embedding, in floats: with <see cref="ImageTokens"/> the bytes that an image travels with. Default 64.</summary>
    public int HiddenSize { get; init; } = 64;

    /// <summary>Tokens of an image. Default 64.</summary>
    public int ImageTokens { get; init; } = 64;

    /// <summary>Longest context in tokens. Default 1,024.</summary>
    public int ContextTokens { get; init; } = 1_024;

    public required SimulatedCostModel Cost { get; init; }

    /// <summary>Digest of all that shapes tokens (hex). Costs do not: the same answers come sooner or later.</summary>
    [JsonIgnore]
    public string Revision => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant(
        $"simulated 1|{Name}|{Seed}|{HiddenSize}|{ImageTokens}|{ContextTokens}"))));

    /// <summary>Names that <see cref="Load"/> takes beside files.</summary>
    public static IReadOnlyList<string> Presets { get; } =
        [.. typeof(SimulatedModel).Assembly.GetManifestResourceNames().Select(n => Path.GetFileNameWithoutExtension(n)).Order(StringComparer.Ordinal)];

    /// <summary>Whether a model of this name or file is simulated.</summary>
    public static bool IsName(string model) => Path.GetFileName(model).StartsWith(NamePrefix, StringComparison.Ordinal)
        && (Presets.Contains(model) || (File.Exists(model) && model.EndsWith(Extension, StringComparison.Ordinal)));

    /// <summary>Reads a preset by name, or a JSON file whose name begins with <see cref="NamePrefix"/>.</summary>
    /// <exception cref="ModelException">There is none, or it is not valid; the message says all that is wrong.</exception>
    public static SimulatedModel Load(string model)
    {
        if (!IsName(model))
            throw new ModelException($"{model} is no simulated model; name one of {string.Join(", ", Presets)}, or a file {NamePrefix}….json.");
        using var stream = Presets.Contains(model)
            ? typeof(SimulatedModel).Assembly.GetManifestResourceStream(model + Extension)!
            : File.OpenRead(model);
        return Read(stream, Path.GetFileNameWithoutExtension(model));
    }

    /// <exception cref="ModelException">It is not valid.</exception>
    public static SimulatedModel Read(Stream stream, string name)
    {
        if (stream.Length > MaxFileBytes)
            throw new ModelException($"{name} has {stream.Length} bytes; a simulated model has at most {MaxFileBytes}.");
        try
        {
            var model = JsonSerializer.Deserialize<SimulatedModel>(stream, Json) ?? throw new ModelException($"{name} is empty.");
            model = model with { Name = name };
            return model.Errors().ToArray() is { Length: > 0 } errors ? throw new ModelException($"{name}: {string.Join(' ', errors)}") : model;
        }
        catch (JsonException e)
        {
            throw new ModelException($"{name} is not a simulated model: {e.Message}", e);
        }
    }

    /// <summary>Writes it as <see cref="Load"/> reads it.</summary>
    /// <returns>The file, named after the model.</returns>
    public string Write(string folder)
    {
        var file = Path.Combine(folder, Name + Extension);
        File.WriteAllText(file, JsonSerializer.Serialize(this, Json));
        return file;
    }

    internal IEnumerable<string> Errors()
    {
        if (!Name.StartsWith(NamePrefix, StringComparison.Ordinal))
            yield return $"The name must begin with {NamePrefix}; it is {Name}.";
        if (HiddenSize is < 4 or > 16_384)
            yield return $"hiddenSize must be from 4 to 16,384; it is {HiddenSize}.";
        if (ImageTokens is < 1 or > 4_096)
            yield return $"imageTokens must be from 1 to 4,096; it is {ImageTokens}.";
        if (ContextTokens is < 16 or > 131_072)
            yield return $"contextTokens must be from 16 to 131,072; it is {ContextTokens}.";
        foreach (var error in Cost.Errors())
            yield return error;
    }
}
