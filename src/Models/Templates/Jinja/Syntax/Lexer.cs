namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// Splits a template into text and tags with jinja2's rules for whitespace: trim_blocks and lstrip_blocks are on, <c>-</c> strips, <c>+</c>
/// keeps. What stands inside tags goes to <see cref="TagLexer"/>.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;

    // Whether the text at hand begins a line, as far as lstrip_blocks cares: the last tag took its newline along.
    private bool _lineStarting = true;

    private Lexer(string source) => _source = source;

    public static List<Token> Tokenize(string source)
    {
        var lexer = new Lexer(source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_position < _source.Length)
        {
            var tag = FindTag();
            if (tag < 0)
            {
                AddData(_position, _source.Length);
                _position = _source.Length;
                break;
            }

            var sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : '\0';
            var afterSign = tag + (sign == '\0' ? 2 : 3);
            AddData(_position, StripBefore(_position, tag, sign, isVariable: _source[tag + 1] == '{'));
            switch (_source[tag + 1])
            {
                case '#':
                    SkipComment(tag, afterSign);
                    break;
                case '{':
                    _tokens.Add(new Token(TokenKind.VariableBegin, "{{", tag));
                    ReadTag(afterSign, "}}", TokenKind.VariableEnd);
                    break;
                default:
                    if (AfterRawBegin(afterSign) is { } raw)
                    {
                        ReadRaw(tag, raw);
                        break;
                    }

                    _tokens.Add(new Token(TokenKind.BlockBegin, "{%", tag));
                    ReadTag(afterSign, "%}", TokenKind.BlockEnd);
                    break;
            }
        }

        _tokens.Add(new Token(TokenKind.End, "", _source.Length));
    }

    private int FindTag()
    {
        for (var at = _position; ; at++)
        {
            at = _source.IndexOf('{', at);
            if (at < 0 || at + 1 >= _source.Length)
                return -1;
            if (_source[at + 1] is '{' or '%' or '#')
                return at;
        }
    }

    private void AddData(int start, int end)
    {
        if (end > start)
            _tokens.Add(new Token(TokenKind.Data, _source[start..end], start));
    }

    /// <summary>Where the text before a tag ends once whitespace control had its way.</summary>
    private int StripBefore(int start, int end, char sign, bool isVariable)
    {
        if (sign == '-')
        {
            while (end > start && PythonText.IsSpace(_source[end - 1]))
                end--;
        }
        else if (sign != '+' && !isVariable)
        {
            var line = end > start ? _source.LastIndexOf('\n', end - 1, end - start) + 1 : 0;
            if (line == 0)
                line = _lineStarting ? start : end;
            if (IsBlank(line, end))
                end = line;
        }

        return end;
    }

    private bool IsBlank(int start, int end)
    {
        while (start < end && PythonText.IsSpace(_source[start]))
            start++;
        return start >= end;
    }

    private void SkipComment(int tag, int start)
    {
        var end = _source.IndexOf("#}", start, StringComparison.Ordinal);
        if (end < 0 && start < _source.Length)
            throw new JinjaException(JinjaErrorKind.Syntax, "Missing end of comment tag", tag);
        if (end < 0)
        {
            // jinja2 lets a comment or raw block pass that opens at the very end.
            _position = _source.Length;
            return;
        }

        var sign = end > start ? _source[end - 1] : '\0';
        FinishBlockTag(end + 2, sign);
    }

    /// <summary>After <c>{% raw %}</c>, or null when the tag at hand is another.</summary>
    private int? AfterRawBegin(int position)
    {
        position = SkipSpace(position);
        if (!Matches(position, "raw"))
            return null;
        position = SkipSpace(position + 3);
        if (Matches(position, "-%}"))
            return SkipSpace(position + 3);
        return Matches(position, "%}") ? position + 2 : null;
    }

    private void ReadRaw(int tag, int start)
    {
        _lineStarting = _source[start - 1] == '\n';
        for (var at = start; ; at++)
        {
            at = _source.IndexOf("{%", at, StringComparison.Ordinal);
            if (at < 0 && start < _source.Length)
                throw new JinjaException(JinjaErrorKind.Syntax, "Missing end of raw directive", tag);
            if (at < 0)
            {
                _position = start;
                return;
            }

            var sign = at + 2 < _source.Length && _source[at + 2] is '-' or '+' ? _source[at + 2] : '\0';
            var end = SkipSpace(at + (sign == '\0' ? 2 : 3));
            if (!Matches(end, "endraw"))
                continue;
            end = SkipSpace(end + 6);
            var endSign = end < _source.Length && _source[end] is '-' or '+' ? _source[end] : '\0';
            if (endSign != '\0')
                end++;
            if (!Matches(end, "%}"))
                continue;
            AddData(start, StripBefore(start, at, sign, isVariable: false));
            FinishBlockTag(end + 2, endSign);
            return;
        }
    }

    private void ReadTag(int start, string close, TokenKind end)
    {
        var lexer = new TagLexer(_source, start, _tokens);
        var (position, sign) = lexer.ReadUntil(close);
        _tokens.Add(new Token(end, close, position));
        position += close.Length + (sign == '\0' ? 0 : 1);
        if (end == TokenKind.BlockEnd)
        {
            FinishBlockTag(position, sign);
            return;
        }

        _position = sign == '-' ? SkipSpace(position) : position;
        _lineStarting = _source[_position - 1] == '\n';
    }

    /// <summary>Goes on after a block or comment: <c>-</c> takes all whitespace, <c>+</c> none, else one newline goes.</summary>
    private void FinishBlockTag(int position, char sign)
    {
        _position = sign switch
        {
            '-' => SkipSpace(position),
            '+' => position,
            _ => position < _source.Length && _source[position] == '\n' ? position + 1 : position,
        };
        _lineStarting = _source[_position - 1] == '\n';
    }

    private int SkipSpace(int position)
    {
        while (position < _source.Length && PythonText.IsSpace(_source[position]))
            position++;
        return position;
    }

    private bool Matches(int position, string text) => string.CompareOrdinal(_source, position, text, 0, text.Length) == 0;
}
