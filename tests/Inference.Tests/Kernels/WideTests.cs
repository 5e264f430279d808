using System.Runtime.Intrinsics;
using VisionCluster.Inference.Kernels;

namespace VisionCluster.Inference.Tests.Kernels;

public sealed unsafe class WideTests
{
    /// <summary>There and back, for every half that is finite.</summary>
    [Fact]
    public void Halves_AllOfThem_ComeBack()
    {
        var halves = stackalloc Half[16];
        var back = stackalloc Half[16];
        for (var bits = 0; bits < 1 << 16; bits += 16)
        {
            for (var i = 0; i < 16; i++)
            {
                halves[i] = BitConverter.UInt16BitsToHalf((ushort)(bits + i));
            }

            var floats = Wide.LoadHalves(halves);
            Wide.StoreHalves(floats, back);
            for (var i = 0; i < 16; i++)
            {
                if (Half.IsFinite(halves[i]))
                {
                    Assert.Equal((float)halves[i], floats[i]);
                    Assert.Equal(halves[i], back[i]);
                }
            }
        }
    }

    [Fact]
    public void StoreHalves_BetweenTwo_TheNearest()
    {
        var random = new Random(1);
        var back = stackalloc Half[16];
        for (var round = 0; round < 2_000; round++)
        {
            var x = (random.NextSingle() - 0.5f) * MathF.Pow(2, random.Next(-12, 15));
            Wide.StoreHalves(Vector512.Create(x), back);
            Assert.Equal((Half)x, back[round % 16]);
        }

        Wide.StoreHalves(Vector512.Create(1e9f), back);
        Assert.Equal(Half.MaxValue, back[0]);
    }

    [Fact]
    public void Exp_OverItsRange_IsCloseToTheTruth()
    {
        for (var x = -100f; x < 88; x += 0.0137f)
        {
            var actual = Wide.Exp(Vector512.Create(x))[3];
            var expected = Math.Exp(x);
            Assert.True(x < -87 ? actual <= 2e-38 : Math.Abs(actual - expected) <= 3e-7 * expected, $"e^{x} is {actual}, not {expected}.");
        }

        Assert.Equal(0, Wide.Exp(Vector512.Create(float.NegativeInfinity))[0]);
    }
}
