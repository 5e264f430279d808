using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary><c>ByteLevel</c>: every UTF-8 byte becomes a character of GPT-2's alphabet.</summary>
internal sealed class ByteLevelNormalizer : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output) =>
        ByteAlphabet.Append(text, flags, output);
}
