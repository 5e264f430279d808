namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary><c>Strip</c>: takes up to so many of one character from the start and the end of every token.</summary>
internal sealed class StripStage(DecoderStage next, char stripped, int mostAtStart, int mostAtEnd) : DecoderStage
{
    private int _leftAtStart;
    private int _held; // of the character, at what may be the end
    private bool _starts;

    public override void Push(ReadOnlySpan<char> text, bool starts, bool ends)
    {
        if (starts)
        {
            _leftAtStart = mostAtStart;
            _held = 0;
            _starts = true;
        }

        while (_leftAtStart > 0 && !text.IsEmpty)
        {
            if (text[0] != stripped)
            {
                _leftAtStart = 0;
                break;
            }

            _leftAtStart--;
            text = text[1..];
        }

        PassBody(text);
        if (ends)
            next.Push([], _starts, true);
    }

    public override void Flush() => next.Flush();

    private void PassBody(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return;
        var body = text.TrimEnd(stripped);
        var tail = text.Length - body.Length + (body.IsEmpty ? _held : 0);
        if (!body.IsEmpty && _held > 0)
            Pass(new string(stripped, _held));
        Pass(body);
        if (tail > mostAtEnd)
            Pass(new string(stripped, tail - mostAtEnd));
        _held = Math.Min(tail, mostAtEnd);
    }

    private void Pass(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return;
        next.Push(text, _starts, false);
        _starts = false;
    }
}
