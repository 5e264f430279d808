using System.Text.Json;
using VisionCluster.Models.Tokenization.Normalizers;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tests.Tokenization;

public sealed class NormalizerTests
{
    [Theory]
    [InlineData("NFC", "e\u0301\u1100\u1161\u11A8\u0344", "\u00E9\uAC01\u0308\u0301")]
    [InlineData("NFC", "a\u0315\u0300\u05AE\u0300", "\u00E0\u05AE\u0300\u0315")]
    [InlineData("NFD", "\u00E9\uAC01\u1E69", "e\u0301\u1100\u1161\u11A8s\u0323\u0307")]
    [InlineData("NFKC", "\uFB01\u2460\uFF21\u3392\uFF76\uFF9E", "fi1AMHz\u30AC")]
    [InlineData("NFKD", "\u01C4\u00BD", "DZ\u030C1\u20442")]
    [InlineData("Lowercase", "ÀΣ\u0130ẞ\U00010400", "àσi\u0307ß\U00010428")]
    [InlineData("StripAccents", "e\u0301\u0903\u20DDx", "ex")]
    [InlineData("Nmt", "a\u0001\t\u200B\uFEFFb", "a   b")]
    [InlineData("ByteLevel", "é ", "Ã©Ġ")]
    public void Normalize_Type_GivesTheLibrarysText(string type, string text, string expected) =>
        Assert.Equal(expected, Normalize($$"""{"type":"{{type}}"}""", text));

    [Theory]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""", " \u00A0a ", "a ")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "a", "▁a")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "", "")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "}""", "a \n b", "a b")]
    [InlineData("""{"type":"Replace","pattern":{"String":"aa"},"content":"b$1"}""", "aaa", "b$1a")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},{"type":"Lowercase"}]}""", "ÉA", "ea")]
    [InlineData("""{"type":"Sequence","normalizers":[]}""", "É", "É")]
    [InlineData(
        """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""",
        "É\u0000\u200D\t漢x", "e  漢 x")]
    [InlineData(
        """{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":false,"strip_accents":null,"lowercase":false}""",
        "É\t漢", "É\t漢")]
    public void Normalize_Options_AreFollowed(string json, string text, string expected) => Assert.Equal(expected, Normalize(json, text));

    [Fact]
    public void Normalize_ManyMarks_StaysFast() =>
        Assert.Equal(200_001, Normalize("""{"type":"NFC"}""", "a" + string.Concat(Enumerable.Repeat("\u0316\u0327", 100_000))).Length);

    private static string Normalize(string json, string text)
    {
        using var document = JsonDocument.Parse($$"""{"normalizer":{{json}}}""");
        var output = new TextBuffer();
        NormalizerReader.Read(document.RootElement)!.Normalize(text, new TextFlags[text.Length], output);
        return output.Text.ToString();
    }
}
