using Google.Protobuf;
using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Imaging;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>Inspect with the embedded models, over gRPC.</summary>
[Collection(nameof(RealCluster))]
public sealed class RealInspectionTests(RealCluster cluster)
{
    [Fact]
    public async Task Inspect_Picture_GridAndComponentsOfEveryLayer()
    {
        var responses = await InspectAsync(new InspectRequest
        {
            Images = { Apple() },
            Views = { InspectView.PatchGrid, InspectView.Pca },
            AllLayers = true,
        });

        var grid = Assert.Single(responses, r => r.Grid is not null).Grid;
        Assert.Equal((5u, 2u, 2u, 8u, 8u), (grid.Tiles, grid.TileRows, grid.TileColumns, grid.Rows, grid.Columns));
        var pictures = responses.Where(r => r.View == InspectView.Pca).ToList();
        Assert.Equal([0u, 1u, 2u, 3u], pictures.Select(r => r.Layer));
        Assert.All(pictures, r =>
        {
            var picture = ImageCodecs.Default.Decode(r.Picture.Png.Memory, ImageLimits.Default);
            Assert.Equal((r.Picture.Width, r.Picture.Height), ((uint)picture.Width, (uint)picture.Height));
            Assert.InRange(r.Picture.Explained.Sum(), 0.2f, 1.0f);
        });
    }

    [Fact]
    public async Task Inspect_Attention_RowsSumToOneAndQueriesAreRows()
    {
        var all = await InspectAsync(new InspectRequest { Images = { Apple() }, Views = { InspectView.Attention }, Split = false });
        var some = await InspectAsync(new InspectRequest
        {
            Images = { Apple() },
            Views = { InspectView.Attention },
            Split = false,
            Queries = { 5, 63 },
            AverageHeads = true,
        });

        Assert.Equal([1u, 3u, 64u, 64u], all[0].Tensor.Shape);
        Assert.Equal([1u, 1u, 2u, 64u], some[0].Tensor.Shape);
        var (whole, rows) = (Floats(all), Floats(some));
        Assert.All(whole.Chunk(64), row => Assert.Equal(1, row.Sum(), 1e-4f));
        for (var key = 0; key < 64; key++)
        {
            Assert.Equal(Enumerable.Range(0, 3).Average(head => whole[(((head * 64) + 63) * 64) + key]), rows[64 + key], 1e-5f);
        }
    }

    [Fact]
    public async Task Inspect_Answer_IsWhatGenerateAnswersAndEveryImageTokenHasItsPlace()
    {
        var responses = await InspectAsync(new InspectRequest
        {
            Images = { Apple() },
            Text = "What is this?",
            Views = { InspectView.Tokens, InspectView.NextTokens },
            AnswerTokens = 16,
        });

        var tokens = responses.Single(r => r.View == InspectView.Tokens).Tokens.Tokens;
        var places = tokens.Where(token => token.Place is not null).Select(token => (token.Place.Tile, token.Place.Row, token.Place.Column)).ToList();
        Assert.Equal(80, places.Distinct().Count());
        Assert.All(tokens.Where(token => token.Place is not null), token => Assert.Equal((2u, 2u), (token.Place.Rows, token.Place.Columns)));
        var generated = await cluster.AnswerAsync(RealCluster.Ask("What is this?", RealCluster.Picture("red-apple.png")));
        Assert.Equal(generated.Ids, tokens.Where(token => token.Answer).Select(token => token.Id));

        // What follows each position of the answer is the model's best guess there.
        var next = responses.Single(r => r.View == InspectView.NextTokens).NextTokens.Positions;
        Assert.Equal(generated.Ids, tokens.Where(token => token.Answer).Select(token => next[(int)token.Position - 1].Candidates[0].Id));
    }

    [Fact]
    public async Task Inspect_ShuffledPatches_SamePatchesElsewhere()
    {
        var request = new InspectRequest { Images = { Apple() }, Views = { InspectView.PatchProjection }, Split = false };
        var plain = Rows(Floats(await InspectAsync(request)));
        request.ShuffleSeed = 7;
        var shuffled = Rows(Floats(await InspectAsync(request)));

        Assert.NotEqual(plain, shuffled);
        Assert.Equal(plain.Order(StringComparer.Ordinal), shuffled.Order(StringComparer.Ordinal));

        // A patch's projection, rounded: its position is not in it.
        static List<string> Rows(float[] values) => [.. values.Chunk(192).Select(row => string.Join(' ', row.Take(8).Select(value => value.ToString("F2"))))];
    }

    [Fact]
    public async Task Inspect_TextTower_OfTheMatcher()
    {
        var responses = await InspectAsync(new InspectRequest
        {
            Model = "emoji-siglip",
            Text = "red apple",
            Tower = Tower.Text,
            Views = { InspectView.Tokens, InspectView.Hidden },
        });

        Assert.Equal(16, responses.Single(r => r.View == InspectView.Tokens).Tokens.Tokens.Count);
        Assert.Equal([1u, 16u, 192u], responses.Single(r => r.View == InspectView.Hidden).Tensor.Shape);
    }

    public static TheoryData<string, InspectRequest> Wrong() => new()
    {
        { "views is empty", new InspectRequest() },
        { "views must be", new InspectRequest { Views = { (InspectView)99 } } },
        { "images is empty", new InspectRequest { Views = { InspectView.Pca } } },
        { "text is empty", new InspectRequest { Views = { InspectView.NextTokens } } },
        { "there is no layer 9", new InspectRequest { Views = { InspectView.Pca }, Layers = { 9 }, Images = { Apple() } } },
        { "queries", new InspectRequest { Views = { InspectView.Attention }, Queries = { 64 }, Images = { Apple() } } },
        { "top", new InspectRequest { Views = { InspectView.NextTokens }, Text = "a", Top = 21 } },
        { "answer_tokens", new InspectRequest { Views = { InspectView.Tokens }, Text = "a", AnswerTokens = 65 } },
        { "2048", new InspectRequest { Views = { InspectView.NextTokens }, Text = string.Concat(Enumerable.Repeat("word ", 3_000)), Plain = true } },
        { "NEXT_TOKENS", new InspectRequest { Model = "emoji-siglip", Views = { InspectView.NextTokens }, Text = "a" } },
        { "images[0]", new InspectRequest { Views = { InspectView.Pca }, Images = { new Image { Data = ByteString.CopyFromUtf8("no picture") } } } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task Inspect_WrongRequest_SaysWhatToChange(string says, InspectRequest request)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => InspectAsync(request));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains(says, error.Status.Detail, StringComparison.Ordinal);
    }

    private static Image Apple() => new() { Data = ByteString.CopyFrom(RealCluster.Picture("red-apple.png")) };

    private static float[] Floats(IEnumerable<InspectResponse> responses) => [.. responses.Where(r => r.Tensor is not null)
        .SelectMany(r => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(r.Tensor.Data.Span).ToArray())];

    private async Task<List<InspectResponse>> InspectAsync(InspectRequest request)
    {
        using var call = cluster.Client.Inspect(request);
        var responses = new List<InspectResponse>();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            responses.Add(response);
        }

        return responses;
    }
}
