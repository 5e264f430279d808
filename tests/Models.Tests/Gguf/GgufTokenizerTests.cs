using System.Text.Json;
using VisionCluster.Models.Gguf;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tests.Tokenization;
using VisionCluster.Models.Tokenization;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Gguf;

/// <summary>Tokenizer fixtures put into GGUF metadata and read back: the same ids and texts as from their tokenizer.json.</summary>
public sealed class GgufTokenizerTests : IDisposable
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private readonly TemporaryFolder _folder = new();

    /// <summary>Folder, and the name of its pre-tokenizer ("" for SentencePiece).</summary>
    public static TheoryData<string, string> Cases => new(new[] { ("smollm2", "smollm"), ("llama3-style", "llama-bpe"), ("llama-spm", "") }
        .Where(row => Fixtures.Folders("tokenizers").Any(folder => Path.GetFileName(folder) == row.Item1)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    [Trait("Category", "Golden")]
    public void Encode_EveryText_GivesTheLibrarysIds(string name, string pre)
    {
        var folder = Path.Combine(Fixtures.Root, "tokenizers", name);
        var expected = JsonSerializer.Deserialize<TokenizerExpectations>(File.ReadAllBytes(Path.Combine(folder, "expected.json")), Options)!;
        var tokenizer = Translate(GgufVocabularyWriter.Write(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")), pre));
        var report = new DifferenceReport(name);
        foreach (var text in expected.Cases)
        {
            report.Compare(text.Label, "ids", text.Ids, tokenizer.Encode(text.Text));
            report.Compare(text.Label, "idsSpecialAsText", text.IdsSpecialAsText, tokenizer.Encode(RenderedPrompt.FromUser(text.Text), false));
            if (text.Ids is { } ids)
                report.Compare(text.Label, "decoded", text.Decoded, tokenizer.Decode(ids, skipSpecialTokens: false));
        }

        report.AssertEmpty();
    }

    [Fact]
    public void Encode_DefaultPreTokenizer_SplitsPunctuationAndTriplesOfDigits()
    {
        // Every byte is a token, so only merges across a border could show it: "ab" merges, "a!" and "12" + "34" must not.
        var writer = new TinyLlama().Metadata().Remove("tokenizer.ggml.pre").Text("tokenizer.ggml.pre", "default").Remove("tokenizer.ggml.merges")
            .Texts("tokenizer.ggml.merges", []);

        var tokenizer = Translate(writer);

        Assert.Equal([.. "a!1234".Select(c => (int)c)], tokenizer.Encode("a!1234", addSpecialTokens: false));
    }

    [Theory]
    [InlineData("add_bos_token", new[] { 256, 'x' })]
    [InlineData("add_eos_token", new[] { 'x', 258 })]
    public void Encode_FlagSet_AddsTheToken(string flag, int[] expected) =>
        Assert.Equal(expected, Translate(new TinyLlama().Metadata().Flag("tokenizer.ggml." + flag, true)).Encode("x"));

    public void Dispose() => _folder.Dispose();

    private Tokenizer Translate(GgufWriter writer)
    {
        using var file = GgufFile.Open(writer.Write(_folder.Path));
        using var json = new MemoryStream();
        new GgufTokenizer(file.Metadata, new GgufVocabulary(file.Metadata)).Write(json);
        return Tokenizer.Parse(json.ToArray());
    }
}
