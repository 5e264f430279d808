using System.Text.Json.Nodes;

namespace VisionCluster.Models.Gguf;

/// <summary>
/// What the names of <c>tokenizer.ggml.pre</c> mean, as <c>pre_tokenizer</c> of tokenizer.json (llama.cpp, <c>llama-vocab.cpp</c>). Other
/// names are refused: a wrong split gives wrong ids silently.
/// </summary>
internal static class PreTokenizerPresets
{
    private const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Tekken =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        + @"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)";

    /// <summary>The preset of a name; null for a name that is not known.</summary>
    public static PreTokenizerPreset? Find(string name) => name switch
    {
        "gpt-2" or "phi-2" or "olmo" or "mpt" => new PreTokenizerPreset(Sequence(ByteLevel(useRegex: true))),
        "smollm" or "starcoder" or "refact" or "command-r" or "codeshell" or "exaone" or "minerva-7b" => new PreTokenizerPreset(
            Sequence(new JsonObject { ["type"] = "Digits", ["individual_digits"] = true }, ByteLevel(useRegex: true))),
        "llama-bpe" or "llama3" or "llama-v3" or "falcon3" or "pixtral" => new PreTokenizerPreset(
            Splits(Llama3), IgnoreMerges: true, AddBegin: true),
        "smaug-bpe" or "dbrx" => new PreTokenizerPreset(Splits(Llama3)),
        "qwen2" or "deepseek-r1-qwen" or "megrez" => new PreTokenizerPreset(Splits(Qwen2)),
        "tekken" => new PreTokenizerPreset(Splits(Tekken), IgnoreMerges: true, AddBegin: true),
        "default" => new PreTokenizerPreset(Splits(@"[\p{P}\$\+<=>\^~\|]+", Gpt2, @"\p{N}+", "[0-9][0-9][0-9]")),
        _ => null,
    };

    /// <summary>Expressions that each cut what the ones before have left, then bytes.</summary>
    private static JsonObject Splits(params string[] patterns) => Sequence([.. patterns.Select(Split), ByteLevel(useRegex: false)]);

    private static JsonObject Split(string pattern) => new()
    {
        ["type"] = "Split",
        ["pattern"] = new JsonObject { ["Regex"] = pattern },
        ["behavior"] = "Isolated",
        ["invert"] = false,
    };

    private static JsonObject ByteLevel(bool useRegex) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = useRegex,
    };

    private static JsonObject Sequence(params JsonObject[] steps) =>
        new() { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. steps]) };
}

/// <param name="Json">The pre-tokenizer.</param>
/// <param name="IgnoreMerges">A word that is in the vocabulary is that token, whatever the merges say.</param>
/// <param name="AddBegin">The begin token stands before a text unless the file says otherwise.</param>
internal sealed record PreTokenizerPreset(JsonObject Json, bool IgnoreMerges = false, bool AddBegin = false);
