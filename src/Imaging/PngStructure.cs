using System.Buffers.Binary;

namespace VisionCluster.Imaging;

/// <summary>Walks the chunks of a PNG file (W3C PNG, section 5): decoders do not mind where only a file's end is missing.</summary>
internal static class PngStructure
{
    private const int SignatureLength = 8;
    private const int ChunkOverhead = 12; // length, type, CRC

    /// <summary>True when every chunk up to and including <c>IEND</c> is there. Bytes after it do not matter.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> file)
    {
        for (long offset = SignatureLength; offset + ChunkOverhead <= file.Length;)
        {
            var chunk = file[(int)offset..];
            offset += ChunkOverhead + BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (chunk[4..8].SequenceEqual("IEND"u8))
                return offset <= file.Length;
        }

        return false;
    }
}
