using System.Text;

namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>
/// One bracketed class of Oniguruma as a .NET fragment that matches exactly one character. Oniguruma nests classes and intersects them
/// with <c>&amp;&amp;</c>; what a .NET class cannot say becomes lookaheads and alternatives.
/// </summary>
internal sealed class CharacterClassTranslator(PatternReader reader, bool ignoreCase)
{
    private const int WidestCaseRange = 0x400;
    private const int DeepestNesting = 20;

    /// <summary>Reads a class whose opening bracket is read already.</summary>
    public string Translate() => TranslateClass(0).Fragment;

    private Class TranslateClass(int depth)
    {
        if (depth > DeepestNesting)
            throw reader.Refuse("classes nested too deeply");
        var negated = reader.TryTake("^");
        var operands = new List<Class>();
        do
            operands.Add(TranslateOperand(depth, operands.Count == 0));
        while (reader.TryTake("&&"));
        if (!reader.TryTake("]"))
            throw reader.Refuse("a class without its end");

        var whole = operands.Count == 1 ? operands[0] : new Class(null, Intersect(operands));
        if (!negated)
            return whole;
        return new Class(null, whole.Members is { Length: > 0 } members ? $"[^{members}]" : $@"(?:(?!{whole.Fragment})[\s\S])");
    }

    private static string Intersect(List<Class> operands) =>
        $"(?:{string.Concat(operands.SkipLast(1).Select(operand => $"(?={operand.Fragment})"))}{operands[^1].Fragment})";

    private Class TranslateOperand(int depth, bool first)
    {
        var members = new StringBuilder();
        var others = new List<string>();
        while (!reader.AtEnd && (reader.Peek != ']' || first))
        {
            first = false;
            if (reader.Peek == '&' && reader.TryTake("&&"))
            {
                reader.Position -= 2;
                break;
            }

            if (reader.TryTake("[:"))
                AddPosixBracket(members, others);
            else if (reader.TryTake("["))
                Add(TranslateClass(depth + 1), members, others);
            else
                AddCharacterOrRange(members, others);
        }

        if (others.Count == 0)
            return members.Length == 0 ? new Class(null, "(?!)") : new Class(members.ToString(), $"[{members}]");
        if (members.Length > 0)
            others.Insert(0, $"[{members}]");
        return new Class(null, $"(?:{string.Join('|', others)})");
    }

    private static void Add(Class part, StringBuilder members, List<string> others)
    {
        if (part.Members is not null)
            members.Append(part.Members);
        else
            others.Add(part.Fragment);
    }

    private void AddPosixBracket(StringBuilder members, List<string> others)
    {
        var negated = reader.TryTake("^");
        var name = reader.TakeUntil(':');
        if (!reader.TryTake("]"))
            throw reader.Refuse("a malformed POSIX bracket");
        AddSet(UnicodeProperties.MembersOf(name, ignoreCase) ?? throw reader.Refuse($"the POSIX bracket {name}"), negated, members, others);
    }

    private static void AddSet(string set, bool negated, StringBuilder members, List<string> others)
    {
        if (negated)
            others.Add($"[^{set}]");
        else
            members.Append(set);
    }

    private void AddCharacterOrRange(StringBuilder members, List<string> others)
    {
        if (TakeMember(members, others) is not { } low)
            return;
        if (reader.Peek != '-' || !reader.TryTake("-"))
        {
            AddRange(low, low, members);
            return;
        }

        if (reader.Peek is ']' or '[')
        {
            AddRange(low, low, members);
            AddRange('-', '-', members);
            return;
        }

        if (TakeMember(members, others) is { } high)
            AddRange(low, high, members);
        else
            throw reader.Refuse("a range that ends in a set");
    }

    /// <summary>Reads one item: a character, or a set, which is added at once (null).</summary>
    private int? TakeMember(StringBuilder members, List<string> others)
    {
        var codePoint = reader.TakeCodePoint();
        if (codePoint != '\\')
            return codePoint;
        var escaped = reader.TakeCodePoint();
        if (escaped is 'p' or 'P')
        {
            var (set, negated) = reader.TakeProperty(escaped == 'P', ignoreCase);
            AddSet(set, negated, members, others);
            return null;
        }

        if (SetEscapes.MembersOf((char)escaped) is not { } known || escaped > 'z')
            return escaped == 'b' ? '\b' : reader.TakeEscapedCharacter(escaped);
        AddSet(known.Members, known.Negated, members, others);
        return null;
    }

    private void AddRange(int low, int high, StringBuilder members)
    {
        if (low > high)
            throw reader.Refuse("a range in reverse order");
        if (low > 0xFFFF || high is > 0xFFFF and not 0x10FFFF)
            throw reader.Refuse("single characters above U+FFFF");
        if (low == high)
        {
            members.Append(PatternLiteral.Member(low, ignoreCase));
            return;
        }

        members.Append(PatternLiteral.Escape((char)low)).Append('-').Append(PatternLiteral.Escape((char)Math.Min(high, 0xFFFF)));
        if (high > 0xFFFF && low > 0x80)
            members.Append(StandIns.Members);
        for (var unit = low; ignoreCase && unit <= high && high - low <= WidestCaseRange; unit++)
            members.Append(PatternLiteral.Member(unit, true));
    }

    /// <param name="Members">The inside of a plain .NET class, when that is enough.</param>
    /// <param name="Fragment">A fragment that matches one character of the class.</param>
    private readonly record struct Class(string? Members, string Fragment);
}
