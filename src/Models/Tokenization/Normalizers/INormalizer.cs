using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary>Rewrites text before it is split; appends the result with the flags of what each character came from.</summary>
internal interface INormalizer
{
    void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output);
}
