using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

/// <summary>What a session does about pictures of earlier turns when the silo keeps no embeddings at all.</summary>
public sealed class SessionImageTests
{
    private const int StoreBytes = 200_000;

    [Theory]
    [InlineData(1 << 20, 1)] // from the gateway's embedding cache
    [InlineData(0, 2)] // from the picture's file
    public async Task SecondTurn_SiloForgotEmbedding_AsksItBack(int cacheBytes, int encodes)
    {
        await using var server = await StartAsync(cacheBytes);
        await server.AskAsync(Ask(Picture(Picture()), Text("What is it?")).With(r => r.SessionId = "s"));

        var second = await server.AskAsync(Ask("And its colour?").With(r => r.SessionId = "s"));

        Assert.Equal(4u, second.Accepted.PromptTokens.Image);
        Assert.Equal(encodes, server.Model.Encodes);
    }

    [Fact]
    public async Task SecondTurn_PictureGoneEverywhere_AsksToSendItAgain()
    {
        await using var server = await StartAsync(cacheBytes: 0);
        var first = await server.AskAsync(Ask(Picture(Picture()), Text("What is it?")).With(r => r.SessionId = "s"));
        await FillStoreAsync(server);

        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(Ask("And its colour?").With(r => r.SessionId = "s")));

        Assert.Equal(StatusCode.FailedPrecondition, e.StatusCode);
        Assert.Contains(first.Accepted.ImageKeys[0], e.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("send the picture again", e.Status.Detail, StringComparison.Ordinal);
        await server.SlotsAreFreeAsync();
    }

    [Fact]
    public async Task PictureByKey_EvictedFromTheStore_IsNotFound()
    {
        await using var server = await StartAsync(cacheBytes: 0);
        var upload = await server.Client.UploadImageAsync(new UploadImageRequest { Data = Google.Protobuf.ByteString.CopyFrom(Picture()) });
        await FillStoreAsync(server);

        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(Ask(PictureKey(upload.Key))));

        Assert.Equal(StatusCode.NotFound, e.StatusCode);
        Assert.Contains(upload.Key, e.Status.Detail, StringComparison.Ordinal);
    }

    private static Task<TestServer> StartAsync(int cacheBytes) => TestServer.StartAsync(
        new FakeModelHost(),
        gateway =>
        {
            gateway.Limits.Image = gateway.Limits.Image with { MaxBytes = StoreBytes };
            gateway.Images.StoreBytes = StoreBytes;
            gateway.Images.EmbeddingCacheBytes = cacheBytes;
        },
        silo => silo.Decoder.EmbeddingPoolBytes = 0);

    // Bytes after the end of a PNG change its key and fill the store.
    private static async Task FillStoreAsync(TestServer server)
    {
        byte[] large = [.. Picture("guitar"), .. new byte[StoreBytes - Picture("guitar").Length]];
        await server.Client.UploadImageAsync(new UploadImageRequest { Data = Google.Protobuf.ByteString.CopyFrom(large) });
    }
}
