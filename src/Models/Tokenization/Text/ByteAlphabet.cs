using System.Text;

namespace VisionCluster.Models.Tokenization.Text;

/// <summary>GPT-2's alphabet: every byte as one visible character (<c>bytes_to_unicode</c> in openai/gpt-2).</summary>
internal static class ByteAlphabet
{
    private static readonly char[] UnitOfByte = Build();
    private static readonly short[] ByteOfUnit = Invert(UnitOfByte);

    /// <summary>The byte that a character stands for, or -1.</summary>
    public static int ByteOf(char unit) => unit < ByteOfUnit.Length ? ByteOfUnit[unit] : -1;

    /// <summary>Appends the UTF-8 bytes of the text as characters of the alphabet.</summary>
    public static void Append(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (int i = 0, length; i < text.Length; i += length)
        {
            var codePoint = CodePoints.At(text, i, out length);
            if (codePoint < 0x80)
            {
                output.Append(UnitOfByte[codePoint], flags[i]);
                continue;
            }

            var count = new Rune(codePoint).EncodeToUtf8(bytes);
            foreach (var part in bytes[..count])
                output.Append(UnitOfByte[part], flags[i]);
        }
    }

    private static char[] Build()
    {
        var units = new char[256];
        var next = '\u0100';
        for (var value = 0; value < units.Length; value++)
            units[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : next++;
        return units;
    }

    private static short[] Invert(char[] units)
    {
        var values = new short[units.Max() + 1];
        Array.Fill(values, (short)-1);
        for (var value = 0; value < units.Length; value++)
            values[units[value]] = (short)value;
        return values;
    }
}
