using Google.Protobuf;
using VisionCluster.Contracts.V1;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>How often a picture is encoded: the process's meters count, so nothing else may encode meanwhile.</summary>
[Collection(nameof(MeasuredCluster))]
public sealed class EncodeCountTests(RealCluster cluster)
{
    [Fact]
    public async Task Tasks_OfOnePicture_EncodeItOnce()
    {
        var before = cluster.Encodes;
        var upload = await cluster.Client.UploadImageAsync(new UploadImageRequest
        {
            Model = "emoji-siglip",
            Data = ByteString.CopyFrom([.. File.ReadAllBytes(Path.Combine(Fixtures.EmojiSiglip, "expected", "images", "car.png")), 9, 9]),
        });
        var image = new Image { Key = upload.Key };

        await cluster.Client.SimilarityAsync(new SimilarityRequest { Images = { image }, Texts = { "automobile" } });
        await cluster.Client.EmbedAsync(new EmbedRequest { Inputs = { new EmbedInput { Image = image } } });
        await cluster.Client.EmbedAsync(new EmbedRequest { Inputs = { new EmbedInput { Image = image } }, Pooling = Pooling.Mean });

        Assert.Equal(1, cluster.Encodes - before);
    }
}
