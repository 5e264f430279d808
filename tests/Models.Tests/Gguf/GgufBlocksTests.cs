using System.Buffers.Binary;
using VisionCluster.Models.Gguf;

namespace VisionCluster.Models.Tests.Gguf;

/// <summary>Random blocks against the formulas of ggml-quants.c, written out weight by weight.</summary>
public sealed class GgufBlocksTests
{
    public static TheoryData<string> Types => [.. Enum.GetValues<GgufTensorType>().Where(GgufBlocks.IsBlock).Select(type => type.ToString())];

    [Theory]
    [MemberData(nameof(Types))]
    public void ToFloats_RandomBlocks_EqualTheFormula(string name)
    {
        var type = Enum.Parse<GgufTensorType>(name);
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var block = new byte[type.BlockBytes()];
            random.NextBytes(block);
            SetHalves(type, block, random);
            var values = new float[type.BlockWeights()];

            GgufBlocks.ToFloats(type, block, values);

            Assert.Equal(Enumerable.Range(0, values.Length).Select(i => Formula(type, block, i)), values);
        }
    }

    [Fact]
    public void ToFloats_SeveralBlocks_EachFromItsOwnBytes()
    {
        // d = 1 and 2, q = 1 everywhere.
        byte[] bytes = [0x00, 0x3C, .. Enumerable.Repeat((byte)1, 32), 0x00, 0x40, .. Enumerable.Repeat((byte)1, 32)];
        var values = new float[64];

        GgufBlocks.ToFloats(GgufTensorType.Q8_0, bytes, values);

        Assert.Equal([.. Enumerable.Repeat(1f, 32), .. Enumerable.Repeat(2f, 32)], values);
    }

    private static float Formula(GgufTensorType type, byte[] b, int i)
    {
        var j = i % 16;
        int Nibble(int start) => i < 16 ? b[start + j] & 15 : b[start + j] >> 4;
        int Fifth(int start) => ((b[start + (i / 8)] >> (i % 8)) & 1) << 4;
        return type switch
        {
            GgufTensorType.Q4_0 => F16(b, 0) * (Nibble(2) - 8),
            GgufTensorType.Q4_1 => Sum(F16(b, 0) * Nibble(4), F16(b, 2)),
            GgufTensorType.Q5_0 => F16(b, 0) * ((Nibble(6) | Fifth(2)) - 16),
            GgufTensorType.Q5_1 => Sum(F16(b, 0) * (Nibble(8) | Fifth(4)), F16(b, 2)),
            GgufTensorType.Q8_0 => F16(b, 0) * (sbyte)b[2 + i],
            GgufTensorType.Q4_K => Sum(F16(b, 0) * Scale(b, i / 32) * Half256(b, 16, i), -(F16(b, 2) * Minimum(b, i / 32))),
            GgufTensorType.Q5_K => Sum(
                F16(b, 0) * Scale(b, i / 32) * (Half256(b, 48, i) + ((b[16 + (i % 32)] & (1 << (i / 32))) != 0 ? 16 : 0)),
                -(F16(b, 2) * Minimum(b, i / 32))),
            GgufTensorType.Q6_K => F16(b, 208) * (sbyte)b[192 + (i / 16)] * (Six(b, i) - 32),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }

    private static float Sum(float product, float minimum) => product + minimum;

    private static float F16(byte[] b, int at) => (float)BinaryPrimitives.ReadHalfLittleEndian(b.AsSpan(at));

    private static int Scale(byte[] b, int part) => part < 4 ? b[4 + part] % 64 : (b[8 + part] % 16) + (b[part] / 64 * 16);

    private static int Minimum(byte[] b, int part) => part < 4 ? b[8 + part] % 64 : (b[8 + part] / 16) + (b[4 + part] / 64 * 16);

    /// <summary>Runs of 64 weights in 32 bytes: low nibbles first.</summary>
    private static int Half256(byte[] b, int start, int i) => i % 64 < 32 ? b[start + (i / 64 * 32) + (i % 32)] % 16 : b[start + (i / 64 * 32) + (i % 32)] / 16;

    private static int Six(byte[] b, int i)
    {
        var (n, l) = (i / 128, i % 32);
        return (i % 128 / 32) switch
        {
            0 => (b[(64 * n) + l] % 16) + (b[128 + (32 * n) + l] % 4 * 16),
            1 => (b[(64 * n) + 32 + l] % 16) + (b[128 + (32 * n) + l] / 4 % 4 * 16),
            2 => (b[(64 * n) + l] / 16) + (b[128 + (32 * n) + l] / 16 % 4 * 16),
            _ => (b[(64 * n) + 32 + l] / 16) + (b[128 + (32 * n) + l] / 64 * 16),
        };
    }

    /// <summary>Random bytes may spell NaN where a float16 stands.</summary>
    private static void SetHalves(GgufTensorType type, byte[] block, Random random)
    {
        int[] places = type == GgufTensorType.Q6_K ? [208] : GgufBlocks.HasMinimum(type) ? [0, 2] : [0];
        foreach (var place in places)
        {
            BinaryPrimitives.WriteHalfLittleEndian(block.AsSpan(place), (Half)((random.NextDouble() - 0.5) / 8));
        }
    }
}
