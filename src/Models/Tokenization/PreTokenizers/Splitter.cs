using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.PreTokenizers;

/// <summary>Cuts text at <see cref="PieceList.Matches"/>.</summary>
internal static class Splitter
{
    public static void Split(
        ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, SplitBehavior behavior, bool invert, PieceList output)
    {
        var matches = output.Matches;
        var pending = new Pending(behavior, invert);
        var done = 0;
        foreach (var match in matches)
        {
            if (match.Start > done)
                pending.Next(text, flags, new TextSpan(done, match.Start - done), false, output);
            pending.Next(text, flags, match, true, output);
            done = match.End;
        }

        if (done < text.Length)
            pending.Next(text, flags, new TextSpan(done, text.Length - done), false, output);
        pending.Write(text, flags, output);
    }

    /// <summary>Cuts text at every code point that satisfies the predicate.</summary>
    public static void Split(
        ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, Func<int, bool> isDelimiter, SplitBehavior behavior, PieceList output)
    {
        output.Matches.Clear();
        for (int i = 0, length; i < text.Length; i += length)
        {
            if (isDelimiter(CodePoints.At(text, i, out length)))
                output.Matches.Add(new TextSpan(i, length));
        }

        Split(text, flags, behavior, false, output);
    }

    /// <summary>The piece that the next segment may still join.</summary>
    private ref struct Pending(SplitBehavior behavior, bool invert)
    {
        private int _start;
        private int _end;
        private bool _lastIsMatch;

        public void Next(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextSpan segment, bool isMatch, PieceList output)
        {
            isMatch ^= invert;
            if (behavior == SplitBehavior.Removed && isMatch)
                return;
            if (!Joins(isMatch))
            {
                Write(text, flags, output);
                _start = segment.Start;
            }

            _end = segment.End;
            _lastIsMatch = isMatch;
        }

        public void Write(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output)
        {
            output.Add(text[_start.._end], flags[_start.._end]);
            _start = _end;
        }

        private readonly bool Joins(bool isMatch) => behavior switch
        {
            SplitBehavior.MergedWithPrevious => isMatch && !_lastIsMatch,
            SplitBehavior.MergedWithNext => !isMatch && _lastIsMatch,
            SplitBehavior.Contiguous => isMatch == _lastIsMatch,
            _ => false,
        };
    }
}
