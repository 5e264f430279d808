using System.Text.RegularExpressions;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>
/// A regular expression over code points. .NET matches UTF-16 units, so a character above U+FFFF is shown to it as one stand-in of the
/// same category (<see cref="StandIns"/>).
/// </summary>
internal sealed partial class RegexPattern(Regex regex) : TextPattern
{
    /// <summary>Hostile patterns end here; the patterns of real tokenizers are linear.</summary>
    private const int TimeoutMilliseconds = 3000;

    /// <summary>GPT-2's split, which the ByteLevel pre-tokenizer has built in.</summary>
    public static RegexPattern Gpt2 { get; } = new(Gpt2Regex());

    public static RegexPattern FromOniguruma(string pattern) =>
        new(new Regex(
            new OnigurumaTranslator(pattern).Translate(),
            RegexOptions.CultureInvariant | RegexOptions.Compiled,
            TimeSpan.FromMilliseconds(TimeoutMilliseconds)));

    public override void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        matches.Clear();
        if (text.IsEmpty)
            return;
        try
        {
            if (text.ContainsAnyInRange('\uD800', '\uDFFF'))
                FindMatchesWithStandIns(text, matches);
            else
                Collect(text, matches);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new PromptException("The tokenizer's regular expression takes too long on this text.", e);
        }
    }

    private void FindMatchesWithStandIns(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        var units = new char[text.Length];
        var offsets = new int[text.Length + 1]; // index of each code point in the text
        var count = 0;
        for (int i = 0, length; i < text.Length; i += length)
        {
            var codePoint = CodePoints.At(text, i, out length);
            offsets[count] = i;
            units[count++] = codePoint < 0x10000 ? (char)codePoint : StandIns.For(codePoint);
        }

        offsets[count] = text.Length;
        Collect(units.AsSpan(0, count), matches);
        for (var i = 0; i < matches.Count; i++)
        {
            var start = offsets[matches[i].Start];
            matches[i] = new TextSpan(start, offsets[matches[i].End] - start);
        }
    }

    private void Collect(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        var lastEnd = -1;
        foreach (var match in regex.EnumerateMatches(text))
        {
            // Oniguruma's iterator drops an empty match right behind the previous one, .NET's does not.
            if (match.Length == 0 && match.Index == lastEnd)
                continue;
            matches.Add(new TextSpan(match.Index, match.Length));
            lastEnd = match.Index + match.Length;
        }
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Regex();
}
