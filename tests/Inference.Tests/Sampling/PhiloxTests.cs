using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Sampling;

public sealed class PhiloxTests
{
    /// <summary>Known answers of Random123's distribution (kat_vectors, philox4x32 10 rounds).</summary>
    [Fact]
    public void Block_KnownInputs_GivesKnownAnswers()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Philox.Block(0, 0, 0));
        Assert.Equal(
            (0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), Philox.Block(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue));
        Assert.Equal(
            (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Philox.Block(0x299f31d0_a4093822, 0x85a308d3_243f6a88, 0x03707344_13198a2e));
    }

    [Fact]
    public void Uniform_ManyPositions_CoversTheUnitInterval()
    {
        var values = Enumerable.Range(0, 10_000).Select(position => Philox.Uniform(1, position)).ToList();

        Assert.All(values, value => Assert.InRange(value, 0, 0.9999999999999999));
        Assert.InRange(values.Average(), 0.49, 0.51);
        Assert.Equal(values.Count, values.Distinct().Count());
        Assert.NotEqual(Philox.Uniform(1, 1), Philox.Uniform(2, 1));
    }
}
