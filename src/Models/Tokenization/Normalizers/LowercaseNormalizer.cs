using System.Text;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary><c>Lowercase</c>: every character by itself, so a final sigma is an ordinary one.</summary>
internal sealed class LowercaseNormalizer : CodePointNormalizer
{
    /// <summary>The only character whose lower case is two characters; .NET leaves it as it is.</summary>
    private const int CapitalIWithDot = 0x130;

    protected override void Append(int codePoint, TextFlags flags, TextBuffer output)
    {
        if (codePoint == CapitalIWithDot)
            output.Append("i\u0307", flags);
        else
            output.AppendCodePoint(LowerOf(codePoint), flags);
    }

    private static int LowerOf(int codePoint) =>
        codePoint < 0x80 ? char.ToLowerInvariant((char)codePoint) : Rune.ToLowerInvariant(new Rune(codePoint)).Value;
}
