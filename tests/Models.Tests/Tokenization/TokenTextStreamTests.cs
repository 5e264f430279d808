using VisionCluster.Models.Tokenization;

namespace VisionCluster.Models.Tests.Tokenization;

public sealed class TokenTextStreamTests
{
    private const string SpmDecoder =
        """
        {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
         {"type":"Strip","content":" ","start":1,"stop":0}]}
        """;

    [Fact]
    public void Append_CharacterInParts_WaitsForItsLastByte() =>
        Assert.Equal(["a", "", "", "", "😀", "b", ""], Stream(TinyTokenizers.Bytes(), [.. "a😀b"u8]));

    [Fact]
    public void Append_BrokenUtf8_EmitsReplacementAsSoonAsItIsKnown()
    {
        var tokenizer = TinyTokenizers.Bytes();
        Assert.Equal(["", "\uFFFDa", "\uFFFD", "", "\uFFFD"], Stream(tokenizer, [0xE2, 'a', 0x80, 0xF0]));
        Assert.Equal("\uFFFDa\uFFFD\uFFFD", tokenizer.Decode([0xE2, 'a', 0x80, 0xF0], true));
    }

    [Fact]
    public void Append_SpecialToken_IsSkippedOrShown()
    {
        var tokenizer = TinyTokenizers.Bytes(null, ("<s>", true, false));
        var stream = tokenizer.CreateTextStream(skipSpecialTokens: false);
        Assert.Equal("", tokenizer.CreateTextStream().Append(257));
        Assert.Equal("<s>", stream.Append(257));
        Assert.Equal("", stream.Append(99_999));
    }

    [Fact]
    public void Append_SameTokenAgain_ReusesItsString()
    {
        var tokenizer = TinyTokenizers.Bytes();
        Assert.Same(tokenizer.CreateTextStream().Append(256), tokenizer.CreateTextStream().Append(256));
    }

    [Fact]
    public void Append_ByteTokens_EmitsCompleteCharacters() =>
        Assert.Equal(["a", "", "é", " b", ""], Stream(Spm(), [0, 1, 2, 3]));

    [Fact]
    public void Append_BrokenByteRun_BecomesOneReplacementPerByte()
    {
        var tokenizer = Spm();
        Assert.Equal(["", "\uFFFD\uFFFD", "\uFFFD", " b", "", "\uFFFD"], Stream(tokenizer, [1, 1, 2, 3, 1]));
        Assert.Equal("\uFFFD\uFFFD\uFFFD b\uFFFD", tokenizer.Decode([1, 1, 2, 3, 1], true));
    }

    [Fact]
    public void Decode_InvalidRunAfterCharacter_ReplacesTheWholeRun() =>
        Assert.Equal("\uFFFD\uFFFD\uFFFD", Spm().Decode([1, 2, 1], true));

    [Fact]
    public void TokenText_InsideSentence_KeepsItsSpace()
    {
        var tokenizer = Spm();
        Assert.Equal(" b", tokenizer.TokenText(3));
        Assert.Equal("b", tokenizer.Decode([3], true));
        Assert.Equal("\uFFFD", tokenizer.TokenText(1));
        Assert.Equal("", tokenizer.TokenText(-1));
    }

    private static Tokenizer Spm() =>
        TinyTokenizers.Parse(TinyTokenizers.Bpe(["a", "<0xC3>", "<0xA9>", "▁b"], []), decoder: SpmDecoder);

    /// <summary>The piece of each token, then the rest.</summary>
    private static string[] Stream(Tokenizer tokenizer, int[] ids)
    {
        var stream = tokenizer.CreateTextStream();
        return [.. ids.Select(stream.Append), stream.Complete()];
    }
}
