using System.Text.Json;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Models.Prompts;

/// <summary>Collects the ids that end an answer.</summary>
internal static class EndOfSequence
{
    public static HashSet<int> Read(string folder, Tokenizer tokenizer)
    {
        var ids = new HashSet<int>();
        if (CheckpointJson.Read(folder, "generation_config.json") is { ValueKind: JsonValueKind.Object } generation)
        {
            Collect(generation, ids);
        }

        if (CheckpointJson.Read(folder, "config.json") is { ValueKind: JsonValueKind.Object } config)
        {
            Collect(config, ids);
            if (config.TryGetProperty("text_config", out var text) && text.ValueKind == JsonValueKind.Object)
            {
                Collect(text, ids);
            }
        }

        if (CheckpointJson.Read(folder, "tokenizer_config.json") is { ValueKind: JsonValueKind.Object } tokens && tokens.TryGetProperty("eos_token", out var eos))
        {
            var content = eos.ValueKind == JsonValueKind.Object && eos.TryGetProperty("content", out var inner) ? inner : eos;
            if (content.ValueKind == JsonValueKind.String && tokenizer.TokenToId(content.GetString()!) is { } id)
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    private static void Collect(JsonElement config, HashSet<int> ids)
    {
        if (!config.TryGetProperty("eos_token_id", out var value))
        {
            return;
        }

        foreach (var element in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
        {
            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id))
            {
                ids.Add(id);
            }
        }
    }
}
