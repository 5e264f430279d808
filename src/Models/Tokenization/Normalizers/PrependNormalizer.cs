using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary><c>Prepend</c>: puts a string before text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output)
    {
        if (text.IsEmpty)
            return;
        output.Append(prefix, flags[0]);
        output.Append(text, flags);
    }
}
