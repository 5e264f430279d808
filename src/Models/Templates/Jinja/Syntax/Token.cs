using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <param name="Text">Data, name, unescaped string or operator.</param>
/// <param name="Position">Offset into the normalised source.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Position, BigInteger Integer = default, double Float = 0)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    public string Describe() => Kind switch
    {
        TokenKind.Data => "template data / text",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.End => "end of template",
        _ => Text,
    };
}
