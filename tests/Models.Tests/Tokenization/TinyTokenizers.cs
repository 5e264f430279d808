using System.Text;
using System.Text.Json;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Models.Tests.Tokenization;

/// <summary>Tokenizers of a few tokens, put together from the parts of a tokenizer.json.</summary>
internal static class TinyTokenizers
{
    /// <summary>WordPiece over whole words, when the model does not matter.</summary>
    public const string AnyModel =
        """{"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"##","max_input_chars_per_word":9,"vocab":{"?":0}}""";

    public const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":true}""";

    /// <summary>Byte-level BPE without merges but <c>i m</c>: ids 0 to 255 are bytes, 256 is <c>im</c>, added tokens follow.</summary>
    public static Tokenizer Bytes(string? normalizer = null, params (string Content, bool Special, bool Normalized)[] added)
    {
        var vocabulary = Alphabet().Select((unit, value) => (Token: unit.ToString(), Id: value)).ToDictionary(x => x.Token, x => x.Id);
        vocabulary["im"] = 256;
        var model = JsonSerializer.Serialize(new { type = "BPE", vocab = vocabulary, merges = new[] { "i m" } });
        return Parse(model, normalizer, ByteLevel, decoder: ByteLevel, added: [.. added.Select(Added)]);
    }

    public static Tokenizer Parse(
        string model, string? normalizer = null, string? preTokenizer = null, string? postProcessor = null, string? decoder = null,
        params string[] added) =>
        Tokenizer.Parse(Encoding.UTF8.GetBytes(Json(model, normalizer, preTokenizer, postProcessor, decoder, added)));

    public static string Json(
        string model, string? normalizer = null, string? preTokenizer = null, string? postProcessor = null, string? decoder = null,
        params string[] added) =>
        $$"""
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{{string.Join(',', added)}}],
         "normalizer":{{normalizer ?? "null"}},"pre_tokenizer":{{preTokenizer ?? "null"}},
         "post_processor":{{postProcessor ?? "null"}},"decoder":{{decoder ?? "null"}},"model":{{model}}}
        """;

    /// <summary>BPE over the given tokens, ids in order.</summary>
    public static string Bpe(string[] tokens, string[] merges, object? options = null) => Model("BPE", tokens, new { merges }, options);

    public static string WordPiece(params string[] tokens) =>
        Model("WordPiece", tokens, new { unk_token = "?", continuing_subword_prefix = "##", max_input_chars_per_word = 9 });

    public static string Unigram(bool byteFallback, params (string Token, double Score)[] tokens) => JsonSerializer.Serialize(new
    {
        type = "Unigram",
        unk_id = 0,
        byte_fallback = byteFallback,
        vocab = tokens.Select(token => new object[] { token.Token, token.Score }),
    });

    public static string Added((string Content, bool Special, bool Normalized) token) => JsonSerializer.Serialize(new
    {
        id = 0,
        content = token.Content,
        single_word = false,
        lstrip = false,
        rstrip = false,
        normalized = token.Normalized,
        special = token.Special,
    });

    private static string Model(string type, string[] tokens, params object?[] fields)
    {
        var model = new Dictionary<string, object?>
        {
            ["type"] = type,
            ["vocab"] = tokens.Select((token, id) => (token, id)).ToDictionary(x => x.token, x => x.id),
        };
        foreach (var property in fields.Where(field => field is not null).SelectMany(Properties))
            model[property.Name] = property.Value;
        return JsonSerializer.Serialize(model);

        static IEnumerable<(string Name, object? Value)> Properties(object? field) =>
            field!.GetType().GetProperties().Select(property => (property.Name, property.GetValue(field)));
    }

    private static IEnumerable<char> Alphabet()
    {
        var next = 0x100;
        for (var value = 0; value < 256; value++)
            yield return value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : (char)next++;
    }
}
