using VisionCluster.Models.Tokenization.Normalizers;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary><c>Replace</c> of a longer string or a regular expression, token by token.</summary>
internal sealed class ReplacePatternStage(DecoderStage next, ReplaceNormalizer replacement) : WholeTokenStage(next)
{
    protected override void PushToken(string token, bool isFirst)
    {
        var output = new TextBuffer();
        replacement.Normalize(token, new TextFlags[token.Length], output);
        Next.Push(output.Text, true, true);
    }
}
