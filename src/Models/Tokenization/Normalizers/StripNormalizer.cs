using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary><c>Strip</c>: removes white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output)
    {
        var start = left ? text.Length - text.TrimStart().Length : 0;
        var end = right ? Math.Max(start, text.TrimEnd().Length) : text.Length;
        output.Append(text[start..end], flags[start..end]);
    }
}
