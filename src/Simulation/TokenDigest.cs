using System.Runtime.InteropServices;

namespace VisionCluster.Simulation;

/// <summary>What stands for arithmetic: 64-bit mixing (the finaliser of MurmurHash3, Austin Appleby), the same on every machine.</summary>
internal static class TokenDigest
{
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }

    /// <summary>Of everything before a token, and its embedding.</summary>
    public static ulong Append(ulong past, ReadOnlySpan<float> embedding)
    {
        var digest = past + 0x9e3779b97f4a7c15;
        var bytes = MemoryMarshal.AsBytes(embedding);
        foreach (var pair in MemoryMarshal.Cast<byte, ulong>(bytes))
            digest = Mix(digest ^ pair);
        return embedding.Length % 2 == 0 ? digest : Mix(digest ^ BitConverter.SingleToUInt32Bits(embedding[^1]));
    }
}
