using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary>A normalizer that looks at one code point at a time.</summary>
internal abstract class CodePointNormalizer : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output)
    {
        for (int i = 0, length; i < text.Length; i += length)
            Append(CodePoints.At(text, i, out length), flags[i], output);
    }

    /// <summary>Appends what a code point becomes, or nothing.</summary>
    protected abstract void Append(int codePoint, TextFlags flags, TextBuffer output);
}
