using System.Buffers.Binary;
using System.IO.Hashing;
using Grpc.Core;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Tests;

/// <summary>Bad requests against the real model: the right status, a message that says what to change, and nobody else disturbed.</summary>
[Collection(nameof(RealCluster))]
public sealed class BadInputTests(RealCluster cluster)
{
    private static readonly byte[] Apple = RealCluster.Picture("red-apple.png");

    public static TheoryData<string, StatusCode, string> Cases => new()
    {
        { "not an image", StatusCode.InvalidArgument, "messages[0].parts[0].image" },
        { "empty image", StatusCode.InvalidArgument, "image" },
        { "truncated image", StatusCode.InvalidArgument, "image" },
        { "30,000 x 30,000 header", StatusCode.InvalidArgument, "30000" },
        { "too many images", StatusCode.InvalidArgument, "images" },
        { "prompt beyond the context", StatusCode.InvalidArgument, "shorten" },
        { "unknown model", StatusCode.NotFound, "emoji-vlm" },
        { "unknown image key", StatusCode.NotFound, "key" },
        { "NaN temperature", StatusCode.InvalidArgument, "temperature" },
        { "no messages", StatusCode.InvalidArgument, "messages" },
        { "no parts", StatusCode.InvalidArgument, "parts" },
        { "remote image", StatusCode.InvalidArgument, "url" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Generate_BadRequest_SaysWhatToChangeAndDisturbsNobody(string name, StatusCode status, string mention)
    {
        var neighbour = cluster.AnswerAsync(RealCluster.Ask("What is this?", Apple));

        var error = await Assert.ThrowsAsync<RpcException>(() => cluster.AnswerAsync(Bad(name)));

        Assert.Equal((name, status), (name, error.StatusCode));
        Assert.Contains(mention, error.Status.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("Red apple.", (await neighbour).Text);
        await cluster.SlotsAreFreeAsync();
    }

    [Fact]
    public async Task Generate_OnePixelImage_AnswersOrSaysWhy()
    {
        // A 1×1 picture is what crashed peers on exactly this family.
        var answer = await cluster.AnswerAsync(RealCluster.Ask("What is this?", Png(1, 1)));

        Assert.True(answer.Finished.Usage.GeneratedTokens > 0);
        Assert.Equal("Red apple.", (await cluster.AnswerAsync(RealCluster.Ask("What is this?", Apple))).Text);
    }

    private static GenerateRequest Bad(string name)
    {
        var good = RealCluster.Ask("What is this?", Apple);
        switch (name)
        {
            case "not an image":
                return RealCluster.Ask("What is this?", "This is text, not a picture."u8.ToArray());
            case "empty image":
                return RealCluster.Ask("What is this?", [Array.Empty<byte>()]);
            case "truncated image":
                return RealCluster.Ask("What is this?", Apple[..(Apple.Length / 2)]);
            case "30,000 x 30,000 header":
                return RealCluster.Ask("What is this?", Png(30_000, 30_000));
            case "too many images":
                return RealCluster.Ask("What is this?", [.. Enumerable.Repeat(Apple, 33)]);
            case "prompt beyond the context":
                return RealCluster.Ask(string.Join(' ', Enumerable.Repeat("word", 5_000)));
            case "unknown model":
                good.Model = "gpt-x";
                return good;
            case "unknown image key":
                good.Messages[0].Parts[0].Image = new Image { Key = new string('a', 64) };
                return good;
            case "NaN temperature":
                good.Sampling = new Sampling { Temperature = float.NaN };
                return good;
            case "no messages":
                return new GenerateRequest();
            case "no parts":
                return new GenerateRequest { Messages = { new Message { Role = Message.Types.Role.User } } };
            case "remote image":
                good.Messages[0].Parts[0].Image = new Image { Url = "https://example.com/cat.png" };
                return good;
            default:
                throw new ArgumentException(name);
        }
    }

    /// <summary>A gray PNG whose header claims a size; its pixels are those of one row of one pixel.</summary>
    private static byte[] Png(int width, int height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        using var pixels = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(pixels, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write([0, 128]);
        }

        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, pixels.ToArray()), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }
}
