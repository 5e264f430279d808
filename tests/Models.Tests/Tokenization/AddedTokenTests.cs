namespace VisionCluster.Models.Tests.Tokenization;

public sealed class AddedTokenTests
{
    private const int First = 257;

    [Fact]
    public void Encode_Strips_TakeWhiteSpaceAround()
    {
        Assert.Equal([.. "a"u8, First, .. " b"u8], Encode("a \n<t> b", "\"lstrip\":true,\"rstrip\":false,\"single_word\":false"));
        Assert.Equal([.. "a "u8, First, .. "b"u8], Encode("a <t>\u00A0 b", "\"lstrip\":false,\"rstrip\":true,\"single_word\":false"));
        Assert.Equal([First, First], Encode("<t>  <t>", "\"lstrip\":true,\"rstrip\":true,\"single_word\":false"));
    }

    [Fact]
    public void Encode_SingleWord_DoesNotMatchInsideWords() =>
        Assert.Equal([.. "x<t> "u8, First, .. "!"u8], Encode("x<t> <t>!", "\"lstrip\":false,\"rstrip\":false,\"single_word\":true"));

    [Fact]
    public void Encode_OverlappingTokens_TakesTheLeftmostThenLongest()
    {
        var tokenizer = TinyTokenizers.Bytes(null, ("ab", true, false), ("abc", false, false), ("bcd", false, false));
        Assert.Equal([First + 1, .. "d"u8, First, First + 2], tokenizer.Encode("abcdabbcd", false));
    }

    [Fact]
    public void Parse_TokenThatTheModelHas_KeepsItsId()
    {
        var tokenizer = TinyTokenizers.Bytes(null, ("im", true, false), ("new", false, false), ("im", true, false));
        Assert.Equal(256, tokenizer.TokenToId("im"));
        Assert.Equal(257, tokenizer.TokenToId("new"));
        Assert.Equal(258, tokenizer.VocabularySize);
        Assert.True(tokenizer.IsSpecial(256));
        Assert.False(tokenizer.IsSpecial(257));
        Assert.Equal("new", tokenizer.IdToToken(257));
        Assert.Null(tokenizer.IdToToken(258));
        Assert.Null(tokenizer.TokenToId("missing"));
    }

    private static int[] Encode(string text, string flags)
    {
        var alphabet = TinyTokenizers.Bytes();
        var vocabulary = Enumerable.Range(0, First).ToDictionary(id => alphabet.IdToToken(id)!);
        return TinyTokenizers.Parse(
            TinyTokenizers.Bpe([.. vocabulary.Keys], []),
            preTokenizer: TinyTokenizers.ByteLevel,
            added: $$"""{"id":257,"content":"<t>","normalized":false,"special":true,{{flags}}}""").Encode(text, false);
    }
}
