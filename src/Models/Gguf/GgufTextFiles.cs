using System.Text.Json.Nodes;

namespace VisionCluster.Models.Gguf;

/// <summary>
/// Writes the text files of the checkpoint that a GGUF file was made from, so that tokenizer, template and end tokens are read by the same
/// code as of any other checkpoint.
/// </summary>
internal static class GgufTextFiles
{
    /// <summary>Texts of tokens that end an answer where the file's roles do not name them (llama.cpp looks for the same).</summary>
    private static readonly string[] EndTexts = ["<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<end_of_utterance>", "<EOT>"];

    /// <exception cref="ModelException">The tokenizer cannot be honoured.</exception>
    public static void Write(GgufFile file, JsonObject config, string folder)
    {
        var vocabulary = new GgufVocabulary(file.Metadata);
        if (vocabulary.Tokens.Length > config["vocab_size"]!.GetValue<int>())
        {
            throw new ModelException($"{file.Name} has {vocabulary.Tokens.Length} tokens for an embedding table of {config["vocab_size"]} rows.");
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), new JsonObject { ["eos_token_id"] = EndIds(vocabulary) }.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), TokenizerConfig(file.Metadata, vocabulary).ToJsonString());
        using var stream = File.Create(Path.Combine(folder, "tokenizer.json"));
        new GgufTokenizer(file.Metadata, vocabulary).Write(stream);
    }

    private static JsonObject TokenizerConfig(GgufMetadata metadata, GgufVocabulary vocabulary)
    {
        var config = new JsonObject { ["chat_template"] = metadata.Text("tokenizer.chat_template") };
        foreach (var (role, key) in new[] { ("bos", "bos_token"), ("eos", "eos_token"), ("unknown", "unk_token"), ("padding", "pad_token") })
        {
            if (vocabulary.IdOf(role) is { } id)
            {
                config[key] = vocabulary.Tokens[id];
            }
        }

        return config;
    }

    private static JsonArray EndIds(GgufVocabulary vocabulary)
    {
        var ids = new SortedSet<int>(new[] { "eos", "eot", "eom" }.Select(vocabulary.IdOf).OfType<int>());
        for (var id = 0; id < vocabulary.Tokens.Length; id++)
        {
            if (vocabulary.TypeOf(id) == TokenType.Control && EndTexts.Contains(vocabulary.Tokens[id], StringComparer.Ordinal))
            {
                ids.Add(id);
            }
        }

        return [.. ids.Select(id => (JsonNode)id)];
    }
}
