using System.Text.Json;
using System.Text.Json.Nodes;

namespace VisionCluster.Models.Gguf;

/// <summary>
/// A GGUF file's tokenizer as the tokenizer.json that means the same: byte-level BPE (<c>gpt2</c>) with its pre-tokenizer by name, and
/// SentencePiece BPE with byte fallback (<c>llama</c>).
/// </summary>
internal sealed class GgufTokenizer(GgufMetadata metadata, GgufVocabulary vocabulary)
{
    private const string Mark = "▁";

    /// <exception cref="ModelException">The tokenizer is of another kind.</exception>
    public void Write(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAddedTokens(json);
        switch (metadata.Text(GgufVocabulary.Prefix + "model") ?? throw metadata.Missing(GgufVocabulary.Prefix + "model"))
        {
            case "gpt2":
                WriteByteLevel(json);
                break;
            case "llama":
                WriteSentencePiece(json);
                break;
            case var model:
                throw new ModelException($"The file's tokenizer.ggml.model {model} is not supported (gpt2, llama).");
        }

        json.WriteEndObject();
    }

    private void WriteByteLevel(Utf8JsonWriter json)
    {
        var name = metadata.Text(GgufVocabulary.Prefix + "pre") ?? "default";
        var preset = PreTokenizerPresets.Find(name)
            ?? throw new ModelException($"The file's tokenizer.ggml.pre {name} is not known, so its text cannot be split as it was in training.");
        var merges = metadata.Texts(GgufVocabulary.Prefix + "merges") ?? throw metadata.Missing(GgufVocabulary.Prefix + "merges");
        json.WriteNull("normalizer");
        WriteNode(json, "pre_tokenizer", preset.Json);
        WriteNode(json, "post_processor", Template(preset.AddBegin));
        WriteNode(json, "decoder", new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true });
        WriteModel(json, merges.Select(Pair), unknown: null, byteFallback: false, preset.IgnoreMerges);
    }

    private void WriteSentencePiece(Utf8JsonWriter json)
    {
        var prefix = vocabulary.Flag("add_space_prefix", true);
        if (metadata.Flag(GgufVocabulary.Prefix + "remove_extra_whitespaces") == true)
        {
            throw new ModelException("The file's tokenizer.ggml.remove_extra_whitespaces is not supported with model llama.");
        }

        JsonObject toMark = new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = Mark };
        JsonObject toSpace = new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = Mark }, ["content"] = " " };
        JsonArray normalizers = prefix ? [new JsonObject { ["type"] = "Prepend", ["prepend"] = Mark }, toMark] : [toMark];
        JsonArray decoders = [toSpace, new JsonObject { ["type"] = "ByteFallback" }, new JsonObject { ["type"] = "Fuse" }];
        if (prefix)
        {
            decoders.Add(new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 });
        }

        WriteNode(json, "normalizer", new JsonObject { ["type"] = "Sequence", ["normalizers"] = normalizers });
        json.WriteNull("pre_tokenizer");
        WriteNode(json, "post_processor", Template(addBegin: true));
        WriteNode(json, "decoder", new JsonObject { ["type"] = "Sequence", ["decoders"] = decoders });
        var unknown = vocabulary.IdOf("unknown") is { } id ? vocabulary.Tokens[id] : null;
        WriteModel(json, SentencePieceMerges.Of(vocabulary), unknown, byteFallback: true, ignoreMerges: false);
    }

    private void WriteModel(
        Utf8JsonWriter json, IEnumerable<(string Left, string Right)> merges, string? unknown, bool byteFallback, bool ignoreMerges)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteString("unk_token", unknown);
        json.WriteBoolean("fuse_unk", byteFallback);
        json.WriteBoolean("byte_fallback", byteFallback);
        json.WriteBoolean("ignore_merges", ignoreMerges);
        json.WriteStartObject("vocab");
        for (var id = 0; id < vocabulary.Tokens.Length; id++)
        {
            json.WriteNumber(vocabulary.Tokens[id], id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(left);
            json.WriteStringValue(right);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Control and unknown tokens are special; user-defined ones are found in any text.</summary>
    private void WriteAddedTokens(Utf8JsonWriter json)
    {
        json.WriteStartArray("added_tokens");
        for (var id = 0; id < vocabulary.Tokens.Length; id++)
        {
            if (vocabulary.TypeOf(id) is not (TokenType.Control or TokenType.Unknown or TokenType.UserDefined) || vocabulary.Tokens[id].Length == 0)
            {
                continue;
            }

            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", vocabulary.Tokens[id]);
            json.WriteBoolean("single_word", false);
            json.WriteBoolean("lstrip", false);
            json.WriteBoolean("rstrip", false);
            json.WriteBoolean("normalized", false);
            json.WriteBoolean("special", vocabulary.TypeOf(id) != TokenType.UserDefined);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private JsonObject? Template(bool addBegin)
    {
        var begin = vocabulary.Flag("add_bos_token", addBegin) ? vocabulary.IdOf("bos") : null;
        var end = vocabulary.Flag("add_eos_token", false) ? vocabulary.IdOf("eos") : null;
        if (begin is null && end is null)
        {
            return null;
        }

        var tokens = new JsonObject();
        foreach (var id in new[] { begin, end }.OfType<int>().Distinct())
        {
            var token = vocabulary.Tokens[id];
            tokens[token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(token) };
        }

        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray([.. Around("A", 0)]),
            ["pair"] = new JsonArray([.. Around("A", 0), .. Around("B", 1)]),
            ["special_tokens"] = tokens,
        };

        IEnumerable<JsonNode> Around(string sequence, int type) =>
        [
            .. Special(begin, type),
            new JsonObject { ["Sequence"] = new JsonObject { ["id"] = sequence, ["type_id"] = type } },
            .. Special(end, type),
        ];

        IEnumerable<JsonNode> Special(int? id, int type) =>
            id is null ? [] : [new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = vocabulary.Tokens[id.Value], ["type_id"] = type } }];
    }

    /// <summary>Tokens of a merge have no spaces, except that the first character may be one.</summary>
    private static (string Left, string Right) Pair(string merge)
    {
        var space = merge.Length > 1 ? merge.IndexOf(' ', 1) : -1;
        return space > 0 ? (merge[..space], merge[(space + 1)..]) : throw new ModelException($"The file's merge \"{merge}\" is no pair.");
    }

    private static void WriteNode(Utf8JsonWriter json, string name, JsonNode? value)
    {
        json.WritePropertyName(name);
        if (value is null)
        {
            json.WriteNullValue();
        }
        else
        {
            value.WriteTo(json);
        }
    }
}
