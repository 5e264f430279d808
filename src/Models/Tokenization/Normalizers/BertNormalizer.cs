using System.Globalization;
using VisionCluster.Models.Tokenization.Text;
using VisionCluster.Models.Tokenization.Unicode;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary><c>BertNormalizer</c>: cleans controls, puts spaces around CJK, removes accents, lowers the case.</summary>
internal sealed class BertNormalizer(bool cleanText, bool spaceCjk, bool stripAccents, bool lowercase) : INormalizer
{
    private static readonly LowercaseNormalizer Lowercase = new();

    public void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output)
    {
        var cleaned = new TextBuffer();
        Clean(text, flags, cleaned);
        var stripped = stripAccents ? StripAccents(cleaned) : cleaned;
        if (lowercase)
            Lowercase.Normalize(stripped.Text, stripped.Flags, output);
        else
            output.Append(stripped.Text, stripped.Flags);
    }

    private void Clean(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output)
    {
        for (int i = 0, length; i < text.Length; i += length)
        {
            var codePoint = CodePoints.At(text, i, out length);
            if (cleanText && IsRemoved(codePoint))
                continue;
            if (cleanText && CodePoints.IsWhiteSpace(codePoint))
                codePoint = ' ';
            var isCjk = spaceCjk && IsCjk(codePoint);
            if (isCjk)
                output.Append(' ', flags[i]);
            output.AppendCodePoint(codePoint, flags[i]);
            if (isCjk)
                output.Append(' ', flags[i]);
        }
    }

    private static TextBuffer StripAccents(TextBuffer text)
    {
        TextBuffer decomposed = new(), output = new();
        UnicodeNormalizer.Normalize(text.Text, text.Flags, decomposed, compatible: false, compose: false);
        for (int i = 0, length; i < decomposed.Length; i += length)
        {
            var codePoint = CodePoints.At(decomposed.Text, i, out length);
            if (CodePoints.CategoryOf(codePoint) != UnicodeCategory.NonSpacingMark)
                output.AppendCodePoint(codePoint, decomposed.Flags[i]);
        }

        return output;
    }

    private static bool IsRemoved(int codePoint) => codePoint switch
    {
        '\t' or '\n' or '\r' => false,
        0 or 0xFFFD => true,
        _ => CodePoints.CategoryOf(codePoint) switch
        {
            UnicodeCategory.Control or UnicodeCategory.Format => true,
            // The library's table of private use holds only the ends of the three ranges.
            UnicodeCategory.PrivateUse => codePoint is 0xE000 or 0xF8FF or 0xF0000 or 0xFFFFD or 0x100000 or 0x10FFFD,
            _ => false,
        },
    };

    /// <summary>BERT's blocks of Chinese characters, with the reference's gap at U+2B820.</summary>
    private static bool IsCjk(int codePoint) => codePoint is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
