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

    /// <summary>Of the decoder's linear layers: fp32, int8 or int4.</summary>
    public required string Precision { get; init; }

    /// <summary>Digest of source, compiler version and precision: part of every cache key.</summary>
    public required string Revision { get; init; }

    public DecoderManifest? Decoder { get; init; }

    public EncoderManifest? Encoder { get; init; }

    /// <summary>A vision encoder that classifies or embeds.</summary>
    public VisionEncoderManifest? Vision { get; init; }

    public TextEncoderManifest? Text { get; init; }

    /// <summary>A classifier's labels in the order of its logits.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Only for models that match images with texts.</summary>
    public SimilarityManifest? Similarity { get; init; }

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
