namespace VisionCluster.Imaging;

/// <summary>What the blocks of a GIF file say (GIF89a specification), read without decompressing any of them.</summary>
/// <param name="IsComplete">The trailer was reached; false for a file that was cut off.</param>
/// <param name="FirstFrameIsTransparent">The first frame has a transparent colour; decoders look at all frames.</param>
internal readonly record struct GifStructure(bool IsComplete, bool FirstFrameIsTransparent)
{
    private const int HeaderLength = 13; // signature, version, logical screen descriptor

    public static GifStructure Read(ReadOnlySpan<byte> file)
    {
        var (transparent, frames) = (false, 0);
        if (file.Length < HeaderLength)
            return default;
        var offset = HeaderLength + ColourTableLength(file[10]);
        while (offset < file.Length)
        {
            switch (file[offset])
            {
                case 0x3B: // trailer
                    return new GifStructure(frames > 0, transparent);
                case 0x21 when offset + 4 <= file.Length: // extension
                    if (file[offset + 1] == 0xF9 && frames == 0)
                        transparent = (file[offset + 3] & 1) != 0;
                    offset = SkipSubBlocks(file, offset + 2);
                    break;
                case 0x2C when offset + 10 <= file.Length: // image descriptor, colour table, LZW minimum code size, data
                    frames++;
                    offset = SkipSubBlocks(file, offset + 10 + ColourTableLength(file[offset + 9]) + 1);
                    break;
                default:
                    return new GifStructure(false, transparent);
            }
        }

        return new GifStructure(false, transparent);
    }

    private static int ColourTableLength(byte packed) => (packed & 0x80) == 0 ? 0 : 3 << ((packed & 7) + 1);

    private static int SkipSubBlocks(ReadOnlySpan<byte> file, int offset)
    {
        while (offset < file.Length && file[offset] != 0)
            offset += file[offset] + 1;
        return offset + 1;
    }
}
