using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary><c>StripAccents</c>: removes combining marks (useful after NFD).</summary>
internal sealed class StripAccentsNormalizer : CodePointNormalizer
{
    protected override void Append(int codePoint, TextFlags flags, TextBuffer output)
    {
        if (codePoint < 0x300 || !CodePoints.IsMark(codePoint))
            output.AppendCodePoint(codePoint, flags);
    }
}
