using System.Text;

namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>
/// Rewrites a pattern in Oniguruma's Ruby syntax (what the tokenizers library compiles) for .NET: possessive quantifiers, nested classes,
/// properties by their long names, line anchors that always mean lines, case folding written out. Back references and what else
/// tokenizers do not use are refused by name.
/// </summary>
internal sealed class OnigurumaTranslator
{
    private const int LongestPattern = 20_000;
    private const int DeepestNesting = 50;
    private const string WordClass = $"[{UnicodeProperties.Word}]";

    private readonly PatternReader _reader;
    private readonly StringBuilder _output = new();
    private int _depth;

    public OnigurumaTranslator(string pattern)
    {
        _reader = new PatternReader(pattern);
        if (pattern.Length > LongestPattern)
            throw _reader.Refuse($"more than {LongestPattern} characters");
    }

    public string Translate()
    {
        TranslateAlternatives(false, false);
        return _reader.AtEnd ? _output.ToString() : throw _reader.Refuse("an unmatched ')'");
    }

    private void TranslateAlternatives(bool ignoreCase, bool dotMatchesNewline)
    {
        if (++_depth > DeepestNesting)
            throw _reader.Refuse("groups nested too deeply");
        while (!_reader.AtEnd && _reader.Peek != ')')
        {
            if (_reader.TryTake("|"))
            {
                _output.Append('|');
                continue;
            }

            var start = _output.Length;
            TranslateAtom(ignoreCase, dotMatchesNewline);
            TranslateQuantifiers(start);
        }

        _depth--;
    }

    private void TranslateAtom(bool ignoreCase, bool dotMatchesNewline)
    {
        var codePoint = _reader.TakeCodePoint();
        switch (codePoint)
        {
            case '(':
                TranslateGroup(ignoreCase, dotMatchesNewline);
                break;
            case '[':
                _output.Append(new CharacterClassTranslator(_reader, ignoreCase).Translate());
                break;
            case '.':
                _output.Append(dotMatchesNewline ? @"[\s\S]" : @"[^\n]");
                break;
            case '^':
                _output.Append("(?m:^)");
                break;
            case '$':
                _output.Append(@"(?=\n|\z)");
                break;
            case '\\':
                TranslateEscape(ignoreCase);
                break;
            case '*' or '+' or '?':
                throw _reader.Refuse("a quantifier without a target");
            default:
                WriteLiteral(codePoint, ignoreCase);
                break;
        }
    }

    private void TranslateEscape(bool ignoreCase)
    {
        var escaped = _reader.TakeCodePoint();
        if (escaped is 'p' or 'P')
        {
            var (members, negated) = _reader.TakeProperty(escaped == 'P', ignoreCase);
            _output.Append($"[{(negated ? "^" : "")}{members}]");
        }
        else if (escaped < 0x80 && SetEscapes.MembersOf((char)escaped) is { } set)
        {
            _output.Append($"[{(set.Negated ? "^" : "")}{set.Members}]");
        }
        else if (ZeroWidth(escaped) is { } assertion)
        {
            _output.Append(assertion);
        }
        else
        {
            WriteLiteral(_reader.TakeEscapedCharacter(escaped), ignoreCase);
        }
    }

    private static string? ZeroWidth(int escaped) => escaped switch
    {
        'A' => @"\A",
        'z' => @"\z",
        'Z' => @"\Z",
        'G' => @"\G",
        'R' => @"(?>\r\n|[\n-\r\u0085\u2028\u2029])",
        'b' => $"(?:(?<={WordClass})(?!{WordClass})|(?<!{WordClass})(?={WordClass}))",
        'B' => $"(?:(?<={WordClass})(?={WordClass})|(?<!{WordClass})(?!{WordClass}))",
        _ => null,
    };

    private void WriteLiteral(int codePoint, bool ignoreCase)
    {
        if (codePoint > 0xFFFF)
            throw _reader.Refuse("single characters above U+FFFF");
        _output.Append(PatternLiteral.Write(codePoint, ignoreCase));
    }

    private void TranslateGroup(bool ignoreCase, bool dotMatchesNewline)
    {
        if (_reader.TryTake("?#"))
        {
            _reader.TakeUntil(')');
            return;
        }

        string[] openings = ["?:", "?=", "?!", "?<=", "?<!", "?>"];
        if (Array.Find(openings, _reader.TryTake) is { } opening)
        {
            _output.Append('(').Append(opening);
        }
        else if (_reader.TryTake("?<") || _reader.TryTake("?'"))
        {
            throw _reader.Refuse("a named group");
        }
        else if (_reader.TryTake("?"))
        {
            (ignoreCase, dotMatchesNewline) = TakeOptions(ignoreCase, dotMatchesNewline);
            _output.Append("(?:");
            if (_reader.TryTake(")"))
            {
                // An option by itself holds to the end of the enclosing group, whose parenthesis stays unread here.
                TranslateAlternatives(ignoreCase, dotMatchesNewline);
                _output.Append(')');
                return;
            }

            if (!_reader.TryTake(":"))
                throw _reader.Refuse("an unknown group");
        }
        else
        {
            _output.Append("(?:");
        }

        TranslateAlternatives(ignoreCase, dotMatchesNewline);
        if (!_reader.TryTake(")"))
            throw _reader.Refuse("an unmatched '('");
        _output.Append(')');
    }

    private (bool IgnoreCase, bool DotMatchesNewline) TakeOptions(bool ignoreCase, bool dotMatchesNewline)
    {
        for (var value = true; _reader.Peek is not (':' or ')');)
        {
            switch (_reader.Take())
            {
                case '-':
                    value = false;
                    break;
                case 'i':
                    ignoreCase = value;
                    break;
                case 'm':
                    dotMatchesNewline = value;
                    break;
                case var option:
                    throw _reader.Refuse($"the option {option}");
            }
        }

        return (ignoreCase, dotMatchesNewline);
    }

    private void TranslateQuantifiers(int start)
    {
        for (var count = 0; ; count++)
        {
            var quantifier = _reader.Peek switch
            {
                '*' or '+' or '?' => _reader.Take().ToString(),
                '{' => _reader.TryTakeInterval(),
                _ => null,
            };
            if (quantifier is null)
                return;
            if (count > DeepestNesting)
                throw _reader.Refuse("too many quantifiers in a row");
            if (count > 0 || _output.Length == start)
                _output.Insert(start, "(?:").Append(')');
            if (_reader.TryTake("?"))
                _output.Append(quantifier).Append('?');
            else if (quantifier.Length == 1 && _reader.TryTake("+"))
                _output.Insert(start, "(?>").Append(quantifier).Append(')');
            else
                _output.Append(quantifier);
        }
    }
}
