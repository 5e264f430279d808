using VisionCluster.Models.Tokenization.PreTokenizers;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tests.Tokenization;

public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData(nameof(SplitBehavior.Removed), "the|final|countdown")]
    [InlineData(nameof(SplitBehavior.Isolated), "the|-|final|-|-|countdown")]
    [InlineData(nameof(SplitBehavior.MergedWithPrevious), "the-|final-|-|countdown")]
    [InlineData(nameof(SplitBehavior.MergedWithNext), "the|-final|-|-countdown")]
    [InlineData(nameof(SplitBehavior.Contiguous), "the|-|final|--|countdown")]
    public void Split_EveryBehavior_TreatsDelimitersAsNamed(string behavior, string expected) =>
        Assert.Equal(
            expected,
            Split($$"""{"type":"Split","pattern":{"String":"-"},"behavior":"{{behavior}}","invert":false}""", "the-final--countdown"));

    [Theory]
    [InlineData("""{"type":"Split","pattern":{"Regex":"\\d+"},"behavior":"Removed","invert":true}""", "a12b3", "12|3")]
    [InlineData("""{"type":"Split","pattern":{"String":""},"behavior":"Isolated","invert":false}""", "ab", "a|b")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "a12½", "a|1|2|½")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "a12½", "a|12½")]
    [InlineData("""{"type":"Whitespace"}""", " it's a_b, é!? ", "it|'|s|a_b|,|é|!?")]
    [InlineData("""{"type":"WhitespaceSplit"}""", " it's\u00A0a_b ", "it's|a_b")]
    [InlineData("""{"type":"BertPreTokenizer"}""", "it's $5…", "it|'|s|$|5|…")]
    [InlineData("""{"type":"Punctuation"}""", "a..b", "a|.|.|b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁"}""", "a  b", "▁a|▁|▁b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","add_prefix_space":false}""", "a b", "a|▁b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}""", "a b", "a▁b")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true}""", "a é", "Ġa|ĠÃ©")]
    public void Read_EveryType_SplitsAsTheLibraryDoes(string json, string text, string expected) =>
        Assert.Equal(expected, Split(json, text));

    [Fact]
    public void Metaspace_First_PrependsAtTheStartOfTheInputOnly()
    {
        const string Json =
            """
            {"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"}]}
            """;
        Assert.Equal("▁a|b", Split(Json, "a b"));
        Assert.Equal("a|b", Split(Json, " a b"));
    }

    private static string Split(string json, string text)
    {
        using var document = System.Text.Json.JsonDocument.Parse($$"""{"pre_tokenizer":{{json}}}""");
        PieceList pieces = new();
        var flags = new TextFlags[text.Length];
        flags[0] = TextFlags.Start;
        pieces.Add(text, flags);
        foreach (var step in PreTokenizerReader.Read(document.RootElement))
        {
            var next = new PieceList();
            foreach (var piece in pieces.Pieces)
                step.Split(pieces.TextOf(piece), pieces.FlagsOf(piece), next);
            pieces = next;
        }

        return string.Join('|', pieces.Pieces.Select(piece => pieces.TextOf(piece).ToString()));
    }
}
