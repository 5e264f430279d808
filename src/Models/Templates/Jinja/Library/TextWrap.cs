namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Python's <c>textwrap.wrap</c> for one paragraph, with a simpler rule for hyphenated words. Linear in the text.</summary>
internal sealed class TextWrap(Budget budget, int width, bool breakLongWords, bool breakOnHyphens)
{
    public IEnumerable<JinjaString> Wrap(JinjaString text)
    {
        var chunks = Chunks(text.Text);
        var next = 0;
        while (next < chunks.Count)
        {
            if (IsSpace(text, chunks[next]) && next > 0)
                next++;
            if (next >= chunks.Count)
                break;
            budget.Charge();
            var (start, end, used) = (chunks[next].Start, chunks[next].Start, 0);
            while (next < chunks.Count && Length(text, chunks[next]) is var length && used + length <= width)
            {
                used += length;
                end = chunks[next++].End;
            }

            if (next < chunks.Count && Length(text, chunks[next]) > width)
            {
                // A word longer than a line is cut, or stands alone.
                if (breakLongWords)
                {
                    var cut = AdvanceBy(text, chunks[next].Start, Math.Max(width - used, 1));
                    end = cut;
                    chunks[next] = new TextSpan(cut, chunks[next].End - cut);
                }
                else if (used == 0)
                {
                    end = chunks[next++].End;
                }
            }

            var line = text.Substring(start, end - start);
            line = StringStrip.Strip(line, null, atStart: false, atEnd: true);
            if (line.IsTrue)
                yield return line;
        }
    }

    private static bool IsSpace(JinjaString text, TextSpan chunk) => chunk.Length > 0 && PythonText.IsSpace(text.Text[chunk.Start]);

    /// <summary>Length in code points, counted no further than a line is long: long words are measured once a line.</summary>
    private int Length(JinjaString text, TextSpan chunk)
    {
        var count = 0;
        for (var at = chunk.Start; at < chunk.End && count <= width; at += PythonText.WidthAt(text.Text, at))
            count++;
        return count;
    }

    private static int AdvanceBy(JinjaString text, int at, int codePoints)
    {
        for (; codePoints > 0; codePoints--)
            at += PythonText.WidthAt(text.Text, at);
        return at;
    }

    private List<TextSpan> Chunks(string text)
    {
        budget.ChargeText(text.Length);
        var chunks = new List<TextSpan>();
        var start = 0;
        for (var at = 1; at <= text.Length; at++)
        {
            if (at < text.Length && PythonText.IsSpace(text[at]) == PythonText.IsSpace(text[at - 1]) && !IsHyphenBreak(text, at))
                continue;
            chunks.Add(new TextSpan(start, at - start));
            start = at;
        }

        return chunks;
    }

    // After a hyphen between a letter and a word of two letters or more.
    private bool IsHyphenBreak(string text, int at) => breakOnHyphens && at >= 2 && at + 1 < text.Length && text[at - 1] == '-'
        && char.IsLetter(text[at - 2]) && char.IsLetterOrDigit(text[at]) && char.IsLetter(text[at + 1]);
}
