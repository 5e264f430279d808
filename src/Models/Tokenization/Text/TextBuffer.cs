namespace VisionCluster.Models.Tokenization.Text;

/// <summary>Growing text with <see cref="TextFlags"/> for every UTF-16 unit.</summary>
internal sealed class TextBuffer
{
    private char[] _text = new char[256];
    private TextFlags[] _flags = new TextFlags[256];

    public int Length { get; private set; }

    public ReadOnlySpan<char> Text => _text.AsSpan(0, Length);

    public ReadOnlySpan<TextFlags> Flags => _flags.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Append(char unit, TextFlags flags)
    {
        Reserve(1);
        _text[Length] = unit;
        _flags[Length++] = flags;
    }

    public void Append(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags)
    {
        Reserve(text.Length);
        text.CopyTo(_text.AsSpan(Length));
        flags[..text.Length].CopyTo(_flags.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>Appends text that replaces something whose flags were <paramref name="flags"/>.</summary>
    public void Append(ReadOnlySpan<char> text, TextFlags flags)
    {
        Reserve(text.Length);
        text.CopyTo(_text.AsSpan(Length));
        _flags.AsSpan(Length, text.Length).Fill(flags);
        Length += text.Length;
    }

    public void AppendCodePoint(int codePoint, TextFlags flags)
    {
        if (codePoint < 0x10000)
        {
            Append((char)codePoint, flags);
            return;
        }

        Append((char)(0xD7C0 + (codePoint >> 10)), flags);
        Append((char)(0xDC00 + (codePoint & 0x3FF)), flags);
    }

    private void Reserve(int count)
    {
        if (Length + count <= _text.Length)
            return;
        var size = Math.Max(Length + count, _text.Length * 2);
        Array.Resize(ref _text, size);
        Array.Resize(ref _flags, size);
    }
}
