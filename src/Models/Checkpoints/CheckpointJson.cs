using System.Text.Json;

namespace VisionCluster.Models.Checkpoints;

/// <summary>Small JSON files of a checkpoint, read with bounds.</summary>
public static class CheckpointJson
{
    // Real ones stay below 100 KB; tokenizer.json has its own reader and bound.
    private const int MaxBytes = 8 << 20;

    /// <summary>The file's root element; null when there is no such file.</summary>
    public static JsonElement? Read(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new ModelException($"{name} is larger than {MaxBytes} bytes.");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            // The message may quote the file, line breaks included.
            var message = string.Join(' ', e.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            throw new ModelException($"{name} is not valid JSON: {message}", e);
        }
    }
}
