using VisionCluster.Models.Tokenization.AddedTokens;
using VisionCluster.Models.Tokenization.Algorithms;
using VisionCluster.Models.Tokenization.Decoders;
using VisionCluster.Models.Tokenization.Normalizers;
using VisionCluster.Models.Tokenization.PostProcessors;
using VisionCluster.Models.Tokenization.PreTokenizers;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization;

/// <summary>What a tokenizer is made of, and the way of a text through it.</summary>
/// <param name="NamedTokens">Tokens by role, from the files beside tokenizer.json.</param>
/// <param name="PadId">The padding token that tokenizer.json itself names.</param>
internal sealed record TokenizerParts(
    AddedTokenSet AddedTokens,
    INormalizer? Normalizer,
    IReadOnlyList<IPreTokenizer> PreTokenizers,
    ITokenModel Model,
    TokenTemplate Template,
    TokenDecoder Decoder,
    IReadOnlyDictionary<string, string> NamedTokens,
    int? PadId)
{
    public int HighestId => Math.Max(AddedTokens.HighestId, Model.Vocabulary.HighestId);

    /// <summary>Added tokens, normalisation, normalised added tokens, pre-tokenizers, model; no template.</summary>
    public List<int> Encode(string text, TextFlags[] flags)
    {
        PieceList pieces = new(), next = new();
        Split(AddedTokens.Raw, text, flags, pieces);
        NormalizeAll(ref pieces, ref next);
        foreach (var step in PreTokenizers)
            Apply(step.Split, ref pieces, ref next);

        var ids = new List<int>(text.Length / 3 + 4);
        foreach (var piece in pieces.Pieces)
        {
            if (piece.IsToken)
                ids.Add(piece.TokenId);
            else
                Model.Tokenize(pieces.TextOf(piece), ids);
        }

        return ids;
    }

    private void NormalizeAll(ref PieceList pieces, ref PieceList next)
    {
        if (Normalizer is null && AddedTokens.Normalized is null)
            return;
        var buffer = new TextBuffer();
        Apply(
            (text, flags, output) =>
            {
                buffer.Clear();
                if (Normalizer is null)
                    buffer.Append(text, flags);
                else
                    Normalizer.Normalize(text, flags, buffer);
                Split(AddedTokens.Normalized, buffer.Text, buffer.Flags, output);
            },
            ref pieces,
            ref next);
    }

    private static void Split(AddedTokenMatcher? matcher, ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output)
    {
        if (matcher is null)
            output.Add(text, flags);
        else
            matcher.Split(text, flags, output);
    }

    private static void Apply(SplitStep step, ref PieceList pieces, ref PieceList next)
    {
        next.Clear();
        foreach (var piece in pieces.Pieces)
        {
            if (piece.IsToken)
                next.AddToken(piece.TokenId);
            else
                step(pieces.TextOf(piece), pieces.FlagsOf(piece), next);
        }

        (pieces, next) = (next, pieces);
    }

    private delegate void SplitStep(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output);
}
