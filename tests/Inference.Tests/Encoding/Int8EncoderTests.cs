using System.Numerics.Tensors;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Encoding;

/// <summary>Vision encoders in 8 bits: near float32 on real weights, and the same for an image alone as in company.</summary>
public sealed class Int8EncoderTests
{
    public static TheoryData<string> Models => new(Fixtures.EmojiVlm, Fixtures.EmojiSiglip);

    [Theory]
    [MemberData(nameof(Models))]
    public void Encode_Int8_PointsWhereFloatDoes(string checkpoint)
    {
        using var exact = SampleEncoder.Open(checkpoint);
        using var rounded = SampleEncoder.Open(checkpoint, options => options with { Int8Encoders = true });

        Assert.NotEqual(exact.Model.Manifest.Revision, rounded.Model.Manifest.Revision);
        foreach (var image in exact.Pictures)
        {
            var (a, b) = (exact.Run(image, 0, image.Tiles), rounded.Run(image, 0, image.Tiles));
            Assert.False(a.AsSpan().SequenceEqual(b), "Nothing was rounded.");
            for (var row = 0; row < a.Length; row += exact.Width)
            {
                Assert.InRange(TensorPrimitives.CosineSimilarity<float>(a.AsSpan(row, exact.Width), b.AsSpan(row, exact.Width)), 0.999f, 1.0001f);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Encode_AloneOrInCompany_IsTheSame(string checkpoint)
    {
        using var encoder = SampleEncoder.Open(checkpoint, options => options with { Int8Encoders = true });
        foreach (var image in encoder.Pictures)
        {
            var together = encoder.Run(image, 0, image.Tiles);
            float[] alone = [.. Enumerable.Range(0, image.Tiles).SelectMany(tile => encoder.Run(image, tile, 1))];

            Assert.Equal(alone, together);
        }
    }
}
