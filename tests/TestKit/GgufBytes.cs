using System.Buffers.Binary;

namespace VisionCluster.TestKit;

/// <summary>Random weights of any ggml type.</summary>
public static class GgufBytes
{
    /// <param name="source">Of randomness.</param>
    /// <param name="type">ggml's number.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="blockBytes">Size of each.</param>
    public static byte[] Random(TinyLlama source, uint type, int blocks, int blockBytes)
    {
        var bytes = source.Bytes(blocks * blockBytes);
        for (var block = 0; block < blocks; block++)
        {
            // Random bytes could spell NaN where floats stand: small values instead.
            var values = source.Values(2, 0.005f);
            var span = bytes.AsSpan(block * blockBytes, blockBytes);
            switch (type)
            {
                case 1:
                    BinaryPrimitives.WriteHalfLittleEndian(span, (Half)(values[0] * 20));
                    break;
                case 30:
                    BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)(BitConverter.SingleToUInt32Bits(values[0] * 20) >> 16));
                    break;
                case 14:
                    BinaryPrimitives.WriteHalfLittleEndian(span[208..], (Half)(values[0] / 64));
                    break;
                case 12 or 13:
                    BinaryPrimitives.WriteHalfLittleEndian(span, (Half)(values[0] / 32));
                    BinaryPrimitives.WriteHalfLittleEndian(span[2..], (Half)(values[1] / 32));
                    break;
                default:
                    BinaryPrimitives.WriteHalfLittleEndian(span, (Half)(values[0] / (type == 8 ? 8 : 1)));
                    if (type is 3 or 7)
                    {
                        BinaryPrimitives.WriteHalfLittleEndian(span[2..], (Half)(values[1] * 4));
                    }

                    break;
            }
        }

        return bytes;
    }
}
