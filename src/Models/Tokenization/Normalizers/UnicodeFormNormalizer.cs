using VisionCluster.Models.Tokenization.Text;
using VisionCluster.Models.Tokenization.Unicode;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary><c>NFC</c>, <c>NFD</c>, <c>NFKC</c>, <c>NFKD</c>.</summary>
internal sealed class UnicodeFormNormalizer(bool compatible, bool compose) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output) =>
        UnicodeNormalizer.Normalize(text, flags, output, compatible, compose);
}
