using System.Text.Json;
using VisionCluster.Models.Tokenization.Patterns;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary>Builds the <c>normalizer</c> of tokenizer.json; unknown types are refused by name.</summary>
internal static class NormalizerReader
{
    public static INormalizer? Read(JsonElement root) => root.Has("normalizer") ? ReadOne(root.Field("normalizer")) : null;

    private static INormalizer ReadOne(JsonElement json) => json.Text("type") switch
    {
        "Sequence" => new SequenceNormalizer([.. json.List("normalizers").Select(ReadOne)]),
        "NFC" => new UnicodeFormNormalizer(compatible: false, compose: true),
        "NFD" => new UnicodeFormNormalizer(compatible: false, compose: false),
        "NFKC" => new UnicodeFormNormalizer(compatible: true, compose: true),
        "NFKD" => new UnicodeFormNormalizer(compatible: true, compose: false),
        "Lowercase" => new LowercaseNormalizer(),
        "StripAccents" => new StripAccentsNormalizer(),
        "Strip" => new StripNormalizer(json.Flag("strip_left"), json.Flag("strip_right")),
        "Replace" => new ReplaceNormalizer(json.ReadPattern(), json.Text("content")),
        "Prepend" => new PrependNormalizer(json.Text("prepend")),
        "BertNormalizer" => ReadBert(json),
        "Precompiled" => new PrecompiledNormalizer(new CharsMap(json.Field("precompiled_charsmap").GetBytesFromBase64())),
        "Nmt" => new NmtNormalizer(),
        "ByteLevel" => new ByteLevelNormalizer(),
        var type => throw new ModelException($"The tokenizer's normalizer '{type}' is not supported."),
    };

    private static BertNormalizer ReadBert(JsonElement json)
    {
        var lowercase = json.Flag("lowercase");
        return new BertNormalizer(
            json.Flag("clean_text"), json.Flag("handle_chinese_chars"), json.Flag("strip_accents", lowercase), lowercase);
    }
}
