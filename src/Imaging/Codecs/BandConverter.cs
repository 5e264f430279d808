using System.Runtime.InteropServices;

namespace VisionCluster.Imaging.Codecs;

/// <summary>Turns a decoder's bands (gray, gray and alpha, RGB, RGBA, CMYK; 8 or 16 bits) into 8-bit RGB or RGBA.</summary>
internal static class BandConverter
{
    /// <summary>16-bit samples keep their high byte.</summary>
    public static void NarrowTo8(ReadOnlySpan<byte> samples16, Span<byte> samples8)
    {
        var wide = MemoryMarshal.Cast<byte, ushort>(samples16);
        for (var i = 0; i < samples8.Length; i++)
            samples8[i] = (byte)(wide[i] >> 8);
    }

    /// <param name="source">Pixels of <paramref name="bands"/> samples.</param>
    /// <param name="bands">Samples a pixel: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA; 4 with <paramref name="cmyk"/>.</param>
    /// <param name="cmyk">Ink amounts (0 is paper), converted as Pillow does.</param>
    /// <param name="target">Pixels of <paramref name="channels"/> samples.</param>
    /// <param name="channels">3, or 4 to keep alpha.</param>
    public static void Convert(ReadOnlySpan<byte> source, int bands, bool cmyk, Span<byte> target, int channels)
    {
        for (int s = 0, t = 0; t < target.Length; s += bands, t += channels)
        {
            if (cmyk)
            {
                var paper = 255 - source[s + 3];
                for (var i = 0; i < 3; i++)
                    target[t + i] = (byte)(paper - MultiplyDivide255(source[s + i], paper));
            }
            else if (bands <= 2)
            {
                target[t] = target[t + 1] = target[t + 2] = source[s];
            }
            else
            {
                source.Slice(s, 3).CopyTo(target[t..]);
            }

            if (channels == 4)
                target[t + 3] = source[s + bands - 1];
        }
    }

    // a * b / 255, rounded.
    private static int MultiplyDivide255(int a, int b)
    {
        var t = a * b + 128;
        return ((t >> 8) + t) >> 8;
    }
}
