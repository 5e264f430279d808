using System.Text.Json;
using VisionCluster.Models.Tokenization.Patterns;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.PreTokenizers;

/// <summary>Builds the <c>pre_tokenizer</c> of tokenizer.json as steps to take in turn; unknown types are refused by name.</summary>
internal static class PreTokenizerReader
{
    public static IReadOnlyList<IPreTokenizer> Read(JsonElement root) =>
        root.Has("pre_tokenizer") ? [.. ReadSteps(root.Field("pre_tokenizer"))] : [];

    /// <summary>Metaspace's mark and scheme, which the decoder of the same name shares. Old files say <c>add_prefix_space</c>.</summary>
    public static (string Mark, PrependScheme Scheme) ReadMetaspace(JsonElement json)
    {
        var mark = json.Text("replacement");
        if (CodePoints.Count(mark) != 1)
            throw JsonFields.WrongKind(json, "replacement", "one character");
        PrependScheme? scheme = json.OptionalText("prepend_scheme") switch
        {
            null => null,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw JsonFields.WrongKind(json, "prepend_scheme", "always, first or never"),
        };
        if (json.Flag("add_prefix_space", true))
            return (mark, scheme ?? PrependScheme.Always);
        return scheme is null or PrependScheme.Never
            ? (mark, PrependScheme.Never)
            : throw new ModelException("The tokenizer's Metaspace has an add_prefix_space that contradicts its prepend_scheme.");
    }

    private static IEnumerable<IPreTokenizer> ReadSteps(JsonElement json) => json.Text("type") switch
    {
        "Sequence" => json.List("pretokenizers").SelectMany(ReadSteps),
        "BertPreTokenizer" =>
        [
            new CodePointPreTokenizer(CodePoints.IsWhiteSpace, SplitBehavior.Removed),
            new CodePointPreTokenizer(CodePoints.IsPunctuation, SplitBehavior.Isolated),
        ],
        _ => [ReadOne(json)],
    };

    private static IPreTokenizer ReadOne(JsonElement json) => json.Text("type") switch
    {
        "ByteLevel" => new ByteLevelPreTokenizer(json.Flag("add_prefix_space"), json.Flag("use_regex", true)),
        "Split" => new PatternPreTokenizer(json.ReadPattern(), ReadBehavior(json.Text("behavior")), json.Flag("invert")),
        "Digits" => new CodePointPreTokenizer(
            CodePoints.IsNumeric, json.Flag("individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        "Whitespace" => new WhitespacePreTokenizer(),
        "WhitespaceSplit" => new CodePointPreTokenizer(CodePoints.IsWhiteSpace, SplitBehavior.Removed),
        "Punctuation" => new CodePointPreTokenizer(CodePoints.IsPunctuation, ReadBehavior(json.OptionalText("behavior") ?? "Isolated")),
        "Metaspace" => NewMetaspace(json),
        var type => throw new ModelException($"The tokenizer's pre-tokenizer '{type}' is not supported."),
    };

    private static MetaspacePreTokenizer NewMetaspace(JsonElement json)
    {
        var (mark, scheme) = ReadMetaspace(json);
        return new MetaspacePreTokenizer(mark, scheme, json.Flag("split", true));
    }

    private static SplitBehavior ReadBehavior(string name) =>
        Enum.TryParse<SplitBehavior>(name, out var behavior) && behavior.ToString() == name ? behavior
        : throw new ModelException($"The tokenizer's split behavior '{name}' is not supported.");
}
