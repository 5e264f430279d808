using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Tokenization.Text;

/// <summary>The text between two steps of the pipeline, cut into pieces. As in the library, empty ones are not kept.</summary>
internal sealed class PieceList
{
    private readonly List<Piece> _pieces = [];

    public TextBuffer Buffer { get; } = new();

    public IReadOnlyList<Piece> Pieces => _pieces;

    /// <summary>Scratch of whoever is writing pieces.</summary>
    public List<TextSpan> Matches { get; } = [];

    public ReadOnlySpan<char> TextOf(Piece piece) => Buffer.Text.Slice(piece.Start, piece.Length);

    public ReadOnlySpan<TextFlags> FlagsOf(Piece piece) => Buffer.Flags.Slice(piece.Start, piece.Length);

    public void Clear()
    {
        Buffer.Clear();
        _pieces.Clear();
    }

    public void Add(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags)
    {
        if (text.IsEmpty)
            return;
        _pieces.Add(new Piece(Buffer.Length, text.Length, -1));
        Buffer.Append(text, flags);
    }

    public void AddToken(int id) => _pieces.Add(new Piece(Buffer.Length, 0, id));

    /// <summary>Makes a piece of what was appended to <see cref="Buffer"/> from <paramref name="start"/> on.</summary>
    public void EndPiece(int start)
    {
        if (Buffer.Length > start)
            _pieces.Add(new Piece(start, Buffer.Length - start, -1));
    }
}
