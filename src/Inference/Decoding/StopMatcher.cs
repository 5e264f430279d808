namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Finds stop strings in text that arrives in pieces. The string that ends first wins (the longest one, should several end together),
/// however the text is cut into pieces; text that may be the start of a stop string is held back. Matching is ordinal, by
/// Knuth, Morris and Pratt's automaton: one comparison per character and stop string, nothing allocated while no text is held.
/// </summary>
internal sealed class StopMatcher
{
    private readonly string[] _stops;
    private readonly int[][] _fallbacks;
    private readonly int[] _matched;

    // Text held back, and room for the piece being read.
    private char[] _text = [];
    private int _held;

    public StopMatcher(IReadOnlyList<string> stops)
    {
        _stops = [.. stops];
        _fallbacks = [.. _stops.Select(Fallbacks)];
        _matched = new int[_stops.Length];
    }

    /// <summary>The stop string that was found; nothing may be appended after it.</summary>
    public string? Found { get; private set; }

    /// <summary>Reads a piece; returns the text that is certain now, which ends before the stop string once one is found.</summary>
    public string Append(string piece)
    {
        if (_stops.Length == 0 || piece.Length == 0)
            return piece;
        for (var i = 0; i < piece.Length; i++)
        {
            var stop = Step(piece[i]);
            if (stop < 0)
                continue;
            Found = _stops[stop];
            var end = _held + i + 1 - Found.Length;
            return Take(piece, end);
        }
        var hold = 0;
        foreach (var matched in _matched)
            hold = Math.Max(hold, matched);
        return Take(piece, _held + piece.Length - hold);
    }

    /// <summary>What is still held, which no stop string will claim any more.</summary>
    public string Flush()
    {
        var rest = new string(_text, 0, _held);
        _held = 0;
        Array.Clear(_matched);
        return rest;
    }

    /// <summary>Advances every automaton; returns the longest stop string that ends here, or −1.</summary>
    private int Step(char character)
    {
        var found = -1;
        for (var i = 0; i < _stops.Length; i++)
        {
            var stop = _stops[i];
            var matched = _matched[i];
            while (matched > 0 && stop[matched] != character)
                matched = _fallbacks[i][matched - 1];
            if (stop[matched] == character)
                matched++;
            if (matched == stop.Length && (found < 0 || stop.Length > _stops[found].Length))
                found = i;
            _matched[i] = matched;
        }
        return found;
    }

    /// <summary>Returns the first characters of held text and piece, and holds the rest.</summary>
    private string Take(string piece, int count)
    {
        if (_held == 0 && count == piece.Length)
            return piece;
        var length = _held + piece.Length;
        if (_text.Length < length)
            Array.Resize(ref _text, Math.Max(length, 2 * _text.Length));
        piece.CopyTo(0, _text, _held, piece.Length);
        var taken = count == 0 ? "" : new string(_text, 0, count);
        _held = Found is null ? length - count : 0;
        Array.Copy(_text, count, _text, 0, _held);
        return taken;
    }

    /// <summary>For every prefix, the length of its longest proper prefix that is also its suffix.</summary>
    private static int[] Fallbacks(string stop)
    {
        var fallbacks = new int[stop.Length];
        for (int i = 1, matched = 0; i < stop.Length; i++)
        {
            while (matched > 0 && stop[i] != stop[matched])
                matched = fallbacks[matched - 1];
            if (stop[i] == stop[matched])
                matched++;
            fallbacks[i] = matched;
        }
        return fallbacks;
    }
}
