namespace VisionCluster.Models.Templates.Jinja;

/// <summary>A cursor over tokens, and the guard that keeps the recursive parser's stack within bounds.</summary>
internal sealed class TokenStream(List<Token> tokens, JinjaLimits limits)
{
    private int _index;
    private int _depth;

    public Token Current => tokens[_index];

    public Token Next => tokens[Math.Min(_index + 1, tokens.Count - 1)];

    public Token Take()
    {
        var token = tokens[_index];
        if (_index < tokens.Count - 1)
            _index++;
        return token;
    }

    public bool SkipName(string name)
    {
        if (!Current.IsName(name))
            return false;
        Take();
        return true;
    }

    public bool SkipOperator(string text)
    {
        if (!Current.IsOperator(text))
            return false;
        Take();
        return true;
    }

    public Token Expect(TokenKind kind, string description) =>
        Current.Kind == kind ? Take() : throw Unexpected(description);

    public Token ExpectName(string? name = null) =>
        Current.Kind == TokenKind.Name && (name is null || Current.Text == name) ? Take() : throw Unexpected(name ?? "name");

    public Token ExpectOperator(string text) => Current.IsOperator(text) ? Take() : throw Unexpected(text);

    public JinjaException Unexpected(string expected) => Error(
        Current.Kind == TokenKind.End ? $"unexpected end of template, expected '{expected}'."
        : $"expected token '{expected}', got '{Current.Describe()}'");

    public JinjaException Error(string message) => new(JinjaErrorKind.Syntax, message, Current.Position);

    public void Enter()
    {
        if (++_depth > limits.MaxNesting || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Error($"the template nests deeper than {limits.MaxNesting} levels");
    }

    public void Leave() => _depth--;
}
