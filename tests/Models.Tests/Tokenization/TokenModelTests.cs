using System.Text;

namespace VisionCluster.Models.Tests.Tokenization;

public sealed class TokenModelTests
{
    private static readonly string[] Letters = ["?", "a", "b", "ab", "abab", "<0xC3>", "<0xA9>"];
    private static readonly string[] Merges = ["a b", "ab ab"];

    [Theory]
    [InlineData("abab", new[] { 4 })]
    [InlineData("ababab", new[] { 4, 3 })]
    [InlineData("ba", new[] { 2, 1 })]
    [InlineData("axxb", new[] { 1, 0, 0, 2 })]
    public void Bpe_Word_IsMergedByRank(string text, int[] expected) =>
        Assert.Equal(expected, TinyTokenizers.Parse(TinyTokenizers.Bpe(Letters, Merges, new { unk_token = "?" })).Encode(text));

    [Fact]
    public void Bpe_UnknownCharacters_AreFusedReplacedByBytesOrDropped()
    {
        Assert.Equal([1, 0, 2], Encode("axxb", new { unk_token = "?", fuse_unk = true }));
        Assert.Equal([5, 6, 0], Encode("éx", new { unk_token = "?", byte_fallback = true }));
        Assert.Equal([3], Encode("axxb", null));

        static int[] Encode(string text, object? options) =>
            TinyTokenizers.Parse(TinyTokenizers.Bpe(Letters, Merges, options)).Encode(text);
    }

    [Fact]
    public void Bpe_EndOfWordSuffix_MarksTheLastCharacter()
    {
        var model = TinyTokenizers.Bpe(["a", "b", "b</w>", "ab</w>"], ["a b</w>"], new { end_of_word_suffix = "</w>" });
        Assert.Equal([1, 3], TinyTokenizers.Parse(model).Encode("bab"));
    }

    [Fact]
    public void Bpe_IgnoreMerges_TakesWholeWordsFirst()
    {
        string[] tokens = ["a", "b", "c", "ab", "abc"];
        Assert.Equal([3, 2], TinyTokenizers.Parse(TinyTokenizers.Bpe(tokens, ["a b"])).Encode("abc"));
        Assert.Equal([4], TinyTokenizers.Parse(TinyTokenizers.Bpe(tokens, ["a b"], new { ignore_merges = true })).Encode("abc"));
    }

    [Fact]
    public void Bpe_VeryLongWord_StaysFast()
    {
        var ids = TinyTokenizers.Parse(TinyTokenizers.Bpe(Letters, Merges)).Encode(string.Concat(Enumerable.Repeat("ab", 300_000)));
        Assert.Equal(150_000, ids.Length);
        Assert.All(ids, id => Assert.Equal(4, id));
    }

    [Theory]
    [InlineData("unable", new[] { 1, 2 })]
    [InlineData("ununable", new[] { 1, 3, 2 })]
    [InlineData("unx", new[] { 0 })]
    [InlineData("unununununun", new[] { 0 })]
    public void WordPiece_Word_IsCoveredGreedilyOrUnknown(string text, int[] expected) =>
        Assert.Equal(expected, TinyTokenizers.Parse(TinyTokenizers.WordPiece("?", "un", "##able", "##un")).Encode(text));

    [Theory]
    [InlineData("abcdacdxx", new[] { 8, 1, 5, 0 })]
    [InlineData("abab", new[] { 6, 6 })]
    public void Unigram_Text_TakesTheBestPathAndFusesUnknowns(string text, int[] expected)
    {
        var model = TinyTokenizers.Unigram(
            false, ("<unk>", 0), ("a", 0), ("b", 0), ("c", 0), ("d", 0), ("cd", 1), ("ab", 2), ("abc", 5), ("abcd", 10));
        Assert.Equal(expected, TinyTokenizers.Parse(model).Encode(text));
    }

    [Fact]
    public void Unigram_ByteFallback_SpellsUnknownCharacters()
    {
        var tokens = Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0.0));
        var tokenizer = TinyTokenizers.Parse(TinyTokenizers.Unigram(true, [("<unk>", 0), .. tokens, ("a", 0)]));
        Assert.Equal([257, .. Encoding.UTF8.GetBytes("é😀").Select(value => value + 1)], tokenizer.Encode("aé😀"));
    }
}
