using System.Text;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Models.Tests.Tokenization;

public sealed class UserSpanTests
{
    private const int Im = 256;
    private const int First = 257; // of the added tokens

    [Fact]
    public void Encode_UserSpellsSpecialToken_StaysText()
    {
        var tokenizer = TinyTokenizers.Bytes(null, ("<|im|>", true, false));
        Assert.Equal([First, .. "<|"u8, Im, .. "|>"u8, First], Encode(tokenizer, "<|im|>", "[<|im|>]", "<|im|>"));
    }

    [Fact]
    public void Encode_TokenHalfInTemplateHalfInUserText_StaysText()
    {
        var tokenizer = TinyTokenizers.Bytes(null, ("<|im|>", true, false));
        Assert.Equal([.. "<|"u8, Im, .. "|>"u8], Encode(tokenizer, "<|i", "[m|>]"));
        Assert.Equal([.. "<|"u8, Im, .. "|>"u8], Encode(tokenizer, "[<|im|]", ">"));
    }

    [Fact]
    public void Encode_WordAcrossSpanBorder_MergesAsInPlainText() =>
        Assert.Equal([Im], Encode(TinyTokenizers.Bytes(), "i", "[m]"));

    [Fact]
    public void Encode_NonSpecialAddedToken_MatchesInUserText() =>
        Assert.Equal([First], Encode(TinyTokenizers.Bytes(null, ("\n\n", false, false)), "[\n\n]"));

    [Fact]
    public void Encode_UserTextBeforeToken_DoesNotHideIt()
    {
        var tokenizer = TinyTokenizers.Bytes(null, ("<<x>", true, false), ("<x>", true, false));
        Assert.Equal([First], Encode(tokenizer, "<<x>"));
        Assert.Equal(['<', First + 1], Encode(tokenizer, "[<]", "<x>"));
    }

    [Fact]
    public void Encode_NormalizedSpecialToken_StaysTextForUsersOnly()
    {
        var tokenizer = TinyTokenizers.Bytes("""{"type":"Lowercase"}""", ("<S>", true, true));
        Assert.Equal([First, First], Encode(tokenizer, "<s><S>"));
        Assert.Equal([.. "<s>"u8, First, .. "<s>"u8], Encode(tokenizer, "[<s>]", "<S>", "[<S>]"));
    }

    [Fact]
    public void Encode_LoneSurrogates_BecomeReplacementCharacters()
    {
        var tokenizer = TinyTokenizers.Bytes();
        Assert.Equal(tokenizer.Encode("a\uFFFD\uFFFDb😀\uFFFD"), tokenizer.Encode("a\uDC00\uD800b😀\uD83D"));
    }

    /// <summary>Encodes parts; those in brackets were written by a user.</summary>
    private static int[] Encode(Tokenizer tokenizer, params string[] parts)
    {
        var text = new StringBuilder();
        var spans = new List<TextSpan>();
        foreach (var part in parts)
        {
            var isUser = part is ['[', .., ']'];
            if (isUser)
                spans.Add(new TextSpan(text.Length, part.Length - 2));
            text.Append(isUser ? part[1..^1] : part);
        }

        return tokenizer.Encode(new RenderedPrompt(text.ToString(), spans), addSpecialTokens: false);
    }
}
