using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization.Patterns;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary><c>Replace</c>: every match of a pattern becomes a string.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output)
    {
        var matches = new List<TextSpan>();
        pattern.FindMatches(text, matches);
        var done = 0;
        foreach (var match in matches)
        {
            output.Append(text[done..match.Start], flags[done..match.Start]);
            output.Append(content, FlagsOf(flags, match));
            done = match.End;
        }

        output.Append(text[done..], flags[done..]);
    }

    /// <summary>The place of the last character replaced, as in the library; written by a user if any of it was.</summary>
    private static TextFlags FlagsOf(ReadOnlySpan<TextFlags> flags, TextSpan match)
    {
        var result = match.End > 0 ? flags[match.End - 1] : TextFlags.None;
        foreach (var flag in flags.Slice(match.Start, match.Length))
            result |= flag & TextFlags.User;
        return result;
    }
}
