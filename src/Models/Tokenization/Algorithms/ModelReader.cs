using System.Text.Json;

namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>Builds the <c>model</c> of tokenizer.json; unknown types are refused by name. Files of 2020 may lack the type.</summary>
internal static class ModelReader
{
    public static ITokenModel Read(JsonElement root)
    {
        var json = root.Field("model");
        return (json.OptionalText("type") ?? GuessType(json)) switch
        {
            "BPE" => ReadBpe(json),
            "WordPiece" => ReadWordPiece(json),
            "Unigram" => ReadUnigram(json),
            var type => throw new ModelException($"The tokenizer's model '{type}' is not supported."),
        };
    }

    private static string GuessType(JsonElement json) =>
        json.Has("merges") ? "BPE" : json.Has("max_input_chars_per_word") ? "WordPiece" : json.Has("unk_id") ? "Unigram" : "without a type";

    private static BpeModel ReadBpe(JsonElement json)
    {
        if (json.Has("dropout") && json.Field("dropout").GetDouble() != 0)
            throw new ModelException("The tokenizer's BPE has a dropout, which makes its ids random.");
        var vocabulary = ReadVocabulary(json);
        var options = new BpeOptions(
            json.OptionalText("unk_token") is { } unknown ? vocabulary.Find(unknown) : null,
            json.OptionalText("continuing_subword_prefix") ?? "",
            json.OptionalText("end_of_word_suffix") ?? "",
            json.Flag("fuse_unk", false),
            json.Flag("byte_fallback", false),
            json.Flag("ignore_merges", false));
        return new BpeModel(vocabulary, ReadMerges(json, vocabulary, options.ContinuingPrefix), options);
    }

    private static MergeTable ReadMerges(JsonElement json, Vocabulary vocabulary, string continuingPrefix)
    {
        var list = json.List("merges");
        var merges = new MergeTable(json.Field("merges").GetArrayLength());
        foreach (var item in list)
        {
            if (item.ValueKind == JsonValueKind.String && item.GetString()!.StartsWith("#version", StringComparison.Ordinal))
                continue;
            var (left, right) = ReadPair(item);
            if (right.Length < continuingPrefix.Length)
                throw OutOfVocabulary(right);
            merges.Add(IdOf(left), IdOf(right), IdOf(left + right[continuingPrefix.Length..]));
        }

        return merges;

        int IdOf(string token) => vocabulary.Find(token) ?? throw OutOfVocabulary(token);
    }

    private static (string Left, string Right) ReadPair(JsonElement merge)
    {
        string[] parts = merge.ValueKind == JsonValueKind.Array
            ? [.. merge.EnumerateArray().Select(part => part.GetString() ?? "")]
            : (merge.GetString() ?? "").Split(' ');
        return parts is [var left, var right] ? (left, right) : throw new ModelException($"The tokenizer's merge {merge} is no pair.");
    }

    private static ModelException OutOfVocabulary(string token) =>
        new($"The tokenizer's merges name '{token}', which is not in its vocabulary.");

    private static WordPieceModel ReadWordPiece(JsonElement json)
    {
        var vocabulary = ReadVocabulary(json);
        var unknown = json.Text("unk_token");
        return new WordPieceModel(
            vocabulary,
            vocabulary.Find(unknown) ?? throw new ModelException($"The tokenizer's unk_token '{unknown}' is not in its vocabulary."),
            json.Text("continuing_subword_prefix"),
            json.Number("max_input_chars_per_word"));
    }

    private static UnigramModel ReadUnigram(JsonElement json)
    {
        var tokens = new List<KeyValuePair<string, double>>();
        foreach (var item in json.List("vocab"))
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2 || !double.IsFinite(item[1].GetDouble()))
                throw JsonFields.WrongKind(json, "vocab", "a list of tokens and scores");
            tokens.Add(KeyValuePair.Create(item[0].GetString()!, item[1].GetDouble()));
        }

        int? unknownId = json.Has("unk_id") ? json.Number("unk_id") : null;
        if (unknownId >= tokens.Count)
            throw new ModelException($"The tokenizer's unk_id {unknownId} is not in its vocabulary of {tokens.Count} tokens.");
        return new UnigramModel(tokens, unknownId, json.Flag("byte_fallback", false));
    }

    private static Vocabulary ReadVocabulary(JsonElement json)
    {
        var vocabulary = json.Field("vocab");
        if (vocabulary.ValueKind != JsonValueKind.Object)
            throw JsonFields.WrongKind(json, "vocab", "an object");
        var tokens = new List<KeyValuePair<string, int>>();
        foreach (var token in vocabulary.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out var id))
                throw JsonFields.WrongKind(json, "vocab", "a map from tokens to ids");
            tokens.Add(KeyValuePair.Create(token.Name, id));
        }

        return new Vocabulary(tokens);
    }
}
