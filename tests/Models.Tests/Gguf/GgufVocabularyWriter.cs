using System.Text.Json;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Gguf;

/// <summary>A tokenizer.json as GGUF metadata, as llama.cpp's converter writes it.</summary>
internal static class GgufVocabularyWriter
{
    public static GgufWriter Write(byte[] tokenizerJson, string pre)
    {
        using var document = JsonDocument.Parse(tokenizerJson);
        var root = document.RootElement;
        var model = root.GetProperty("model");
        var tokens = model.GetProperty("vocab").EnumerateObject().ToDictionary(token => token.Value.GetInt32(), token => token.Name);
        var types = tokens.Keys.ToDictionary(id => id, id => tokens[id] is ['<', '0', 'x', _, _, '>'] ? 6 : 1);
        foreach (var added in root.GetProperty("added_tokens").EnumerateArray())
        {
            var id = added.GetProperty("id").GetInt32();
            tokens[id] = added.GetProperty("content").GetString()!;
            types[id] = added.GetProperty("special").GetBoolean() ? tokens[id] == "<unk>" ? 2 : 3 : 4;
        }

        var merges = model.GetProperty("merges").EnumerateArray().Select(Pair).ToList();
        var ids = Enumerable.Range(0, tokens.Keys.Max() + 1).ToArray();
        var writer = new GgufWriter()
            .Text("tokenizer.ggml.model", pre.Length == 0 ? "llama" : "gpt2")
            .Texts("tokenizer.ggml.tokens", [.. ids.Select(id => tokens[id])])
            .Integers("tokenizer.ggml.token_type", [.. ids.Select(id => types[id])]);
        foreach (var (role, text) in new[] { ("bos", "<s>"), ("bos", "<|begin_of_text|>"), ("unknown", "<unk>") })
        {
            if (tokens.FirstOrDefault(token => token.Value == text) is { Value: not null } token)
            {
                writer.Integer($"tokenizer.ggml.{role}_token_id", (uint)token.Key);
            }
        }

        return pre.Length == 0 ? writer.Numbers("tokenizer.ggml.scores", Scores(ids, tokens, merges))
            : writer.Text("tokenizer.ggml.pre", pre).Texts("tokenizer.ggml.merges", [.. merges.Select(merge => $"{merge.Left} {merge.Right}")]);
    }

    /// <summary>The earlier a token is merged, the better its score; what is never merged is worst.</summary>
    private static float[] Scores(int[] ids, Dictionary<int, string> tokens, List<(string Left, string Right)> merges)
    {
        var rank = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < merges.Count; i++)
        {
            rank.TryAdd(merges[i].Left + merges[i].Right, i);
        }

        return [.. ids.Select(id => -(float)rank.GetValueOrDefault(tokens[id], merges.Count + id))];
    }

    private static (string Left, string Right) Pair(JsonElement merge)
    {
        string[] parts = merge.ValueKind == JsonValueKind.Array ? [.. merge.EnumerateArray().Select(part => part.GetString()!)] : merge.GetString()!.Split(' ');
        return (parts[0], parts[1]);
    }
}
