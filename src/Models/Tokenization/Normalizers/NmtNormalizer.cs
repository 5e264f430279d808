using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary><c>Nmt</c>: SentencePiece's clean-up of controls and odd spaces.</summary>
internal sealed class NmtNormalizer : CodePointNormalizer
{
    protected override void Append(int codePoint, TextFlags flags, TextBuffer output)
    {
        switch (codePoint)
        {
            case (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F:
                break;
            case '\t' or '\n' or '\f' or '\r' or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD:
                output.Append(' ', flags);
                break;
            default:
                output.AppendCodePoint(codePoint, flags);
                break;
        }
    }
}
