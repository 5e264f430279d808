using System.Globalization;
using System.Text;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary>
/// <c>Precompiled</c>: SentencePiece's character map. As in the library, a grapheme cluster under six bytes is looked up whole (its
/// shortest known prefix decides, the rest is dropped), then every character by itself.
/// </summary>
internal sealed class PrecompiledNormalizer : INormalizer
{
    private const int BytesOfLongestCluster = 5;

    private readonly CharsMap _map;
    private readonly string?[] _ascii = new string?[128];

    public PrecompiledNormalizer(CharsMap map)
    {
        _map = map;
        for (var unit = 0; unit < _ascii.Length; unit++)
            _ascii[unit] = map.Find([(char)unit]);
    }

    public void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output)
    {
        var origin = output.Length;
        for (int i = 0, length; i < text.Length; i += length)
        {
            var clusterFlags = flags[i];
            if (output.Length == origin)
                clusterFlags |= flags[0]; // what is dropped at the start does not move the start
            length = text[i] != '\r' && text[i] < 0x80 && (i + 1 == text.Length || text[i + 1] < 0x80)
                ? 1
                : StringInfo.GetNextTextElementLength(text[i..]);
            Append(text.Slice(i, length), clusterFlags, output);
        }
    }

    private void Append(ReadOnlySpan<char> cluster, TextFlags flags, TextBuffer output)
    {
        if (cluster.Length > 1 && Encoding.UTF8.GetByteCount(cluster) <= BytesOfLongestCluster && _map.Find(cluster) is { } whole)
        {
            output.Append(whole, flags);
            return;
        }

        for (int i = 0, length; i < cluster.Length; i += length)
        {
            var codePoint = CodePoints.At(cluster, i, out length);
            if ((codePoint < 0x80 ? _ascii[codePoint] : _map.Find(cluster.Slice(i, length))) is { } replacement)
                output.Append(replacement, flags);
            else
                output.AppendCodePoint(codePoint, flags);
        }
    }
}
