using System.Text.Json;

namespace VisionCluster.Models.Compilation;

/// <summary>What a compiled model's folder holds (<c>manifest.json</c>); written last, so a folder with one is complete.</summary>
public sealed record ModelManifest
{
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Version of the compiler that wrote it.</summary>
    public required int CompilerVersion { get; init; }

    /// <summary>Hugging Face model type, such as <c>idefics3</c>.</summary>
    public required string Family { get; init; }

    /// <summary>SHA-256 over the checkpoint's configuration and weights.</summary>
    public required string SourceDigest { get; init; }

    /// <summary>fp32 for now.</summary>
    public required string Precision { get; init; }

    /// <summary>Digest of source, compiler version and precision: part of every cache key.</summary>
    public required string Revision { get; init; }

    public DecoderManifest? Decoder { get; init; }

    public EncoderManifest? Encoder { get; init; }

    /// <summary>Every other file of the folder and its size in bytes.</summary>
    public required IReadOnlyDictionary<string, long> Files { get; init; }

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json));

    /// <summary>The folder's manifest; null when it has none, it is malformed, or a file is missing or of another size.</summary>
    public static ModelManifest? ReadComplete(string folder)
    {
        try
        {
            var path = Path.Combine(folder, FileName);
            var manifest = File.Exists(path) ? JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(path), Json) : null;
            return manifest?.Files.All(file => new FileInfo(Path.Combine(folder, file.Key)) is { Exists: true } info && info.Length == file.Value) == true
                ? manifest : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null;
        }
    }
}

/// <summary>The decoder graph's sizes.</summary>
public sealed record DecoderManifest
{
    public required int HiddenSize { get; init; }

    public required int VocabularySize { get; init; }

    public required int Layers { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    /// <summary>Longest context in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Where the embedding table <c>[vocabulary, hidden]</c> (float32) begins in the weight file.</summary>
    public required long EmbeddingOffset { get; init; }
}

/// <summary>The encoder graph's sizes.</summary>
public sealed record EncoderManifest
{
    /// <summary>Width of an image token: the decoder's hidden size.</summary>
    public required int EmbeddingSize { get; init; }

    public required int PatchSize { get; init; }

    /// <summary>Patches along one side of the position table.</summary>
    public required int Side { get; init; }

    /// <summary>s of the pixel shuffle: s × s patches become one image token.</summary>
    public required int Shuffle { get; init; }

    /// <summary>The placeholder's id in a prompt.</summary>
    public required int ImageTokenId { get; init; }
}
