using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.PreTokenizers;

/// <summary>Cuts a piece of text into smaller ones, which the model tokenises one by one; may rewrite the text.</summary>
internal interface IPreTokenizer
{
    void Split(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output);
}
