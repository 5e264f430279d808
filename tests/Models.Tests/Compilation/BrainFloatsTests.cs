using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Tests.Compilation;

public sealed class BrainFloatsTests
{
    [Fact]
    public void Round_WhatABrainFloatHolds_IsExact()
    {
        ushort[] all = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];
        var values = new float[all.Length];
        FloatWidening.WidenBrainFloats(all, values);

        for (var i = 0; i < all.Length; i++)
        {
            Assert.Equal(float.IsNaN(values[i]) ? (ushort)0x7fc0 : all[i], BrainFloats.Round(values[i]));
        }
    }

    [Fact]
    public void Round_AnyFloat_IsTheNearer()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (!float.IsFinite(value))
                continue;
            var below = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16); // toward zero
            double Distance(int bits) => Math.Abs((double)value - Widen((ushort)bits));

            var rounded = BrainFloats.Round(value);

            Assert.InRange(rounded - below, 0, 1);
            if ((below & 0x7fff) < 0x7f7f) // the next is finite
                Assert.Equal(rounded == below, Distance(below) < Distance(below + 1) || (Distance(below) == Distance(below + 1) && below % 2 == 0));
        }
    }

    [Theory]
    [InlineData(1.00390625f, 1f)] // half-way: to the even one below
    [InlineData(1.01171875f, 1.015625f)] // half-way: to the even one above
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    [InlineData(-0f, -0f)]
    public void Round_Edges(float value, float expected) => Assert.Equal(expected, Widen(BrainFloats.Round([value])[0]));

    private static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
