using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>Embed and Similarity with the embedded model, over gRPC.</summary>
[Collection(nameof(RealCluster))]
public sealed class RealTaskTests(RealCluster cluster)
{
    private const float Tolerance = 1e-4f;

    public static TheoryData<string> Cases()
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Fixtures.EmojiSiglip, "expected", "cases.json")));
        return [.. cases.RootElement.GetProperty("cases").EnumerateArray().Select(golden => golden.GetRawText())];
    }

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Category", "Golden")]
    public async Task Similarity_GoldenCase_EqualsTheReference(string golden)
    {
        using var json = JsonDocument.Parse(golden);
        var request = new SimilarityRequest();
        request.Images.AddRange(json.RootElement.GetProperty("images").EnumerateArray().Select(image => Picture(image.GetString()!)));
        request.Texts.AddRange(json.RootElement.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!));

        var response = await cluster.Client.SimilarityAsync(request);

        using var file = Models.Checkpoints.SafetensorsFile.Open(
            Path.Combine(Fixtures.EmojiSiglip, "expected", json.RootElement.GetProperty("file").GetString()!));
        Assert.Equal(("emoji-siglip", SimilarityResponse.Types.Judgement.Sigmoid), (response.Model, response.Judgement));
        Near("logits_per_image", response.Logits);
        Near("probs", response.Probabilities);

        void Near(string name, IReadOnlyList<float> values)
        {
            var expected = MemoryMarshal.Cast<byte, float>(file.Bytes(file.Tensors[name])).ToArray();
            Assert.Equal(expected.Length, values.Count);
            Assert.All(expected.Zip(values), pair => Assert.True(
                Math.Abs(pair.First - pair.Second) <= Tolerance * Math.Max(1, Math.Abs(pair.First)), $"{name}: {pair.Second}, expected {pair.First}"));
        }
    }

    [Fact]
    public async Task Embed_TextsAndImages_InOrderNormalisedAndPacked()
    {
        var request = new EmbedRequest { Encoding = VectorEncoding.Packed, Normalize = true, Pooling = Pooling.Mean };
        request.Inputs.Add(new EmbedInput { Text = "red apple" });
        request.Inputs.Add(new EmbedInput { Image = Picture("images/apple.png") });
        request.Inputs.Add(new EmbedInput { Text = "red apple" });

        var response = await cluster.Client.EmbedAsync(request);

        var vectors = response.Vectors.Select(vector => MemoryMarshal.Cast<byte, float>(vector.Packed.Span).ToArray()).ToList();
        Assert.Equal(3, vectors.Count);
        Assert.All(vectors, vector => Assert.Equal(1, vector.Sum(value => value * value), Tolerance));
        Assert.Equal(vectors[0], vectors[2]);
        Assert.NotEqual(vectors[0], vectors[1]);
        Assert.True(response.TextTokens > 0, "No text tokens were counted.");
    }

    [Theory]
    [InlineData("emoji-vlm", StatusCode.Unimplemented, "generate")]
    [InlineData("no-such-model", StatusCode.NotFound, "emoji-siglip")]
    public async Task Embed_ModelWithoutTheTask_SaysWhatThereIs(string model, StatusCode status, string says)
    {
        var request = new EmbedRequest { Model = model, Inputs = { new EmbedInput { Text = "red apple" } } };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await cluster.Client.EmbedAsync(request));

        Assert.Equal(status, error.StatusCode);
        Assert.Contains(says, error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_NoModelHasLabels_Unimplemented()
    {
        var request = new ClassifyRequest { Images = { Picture("images/apple.png") } };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await cluster.Client.ClassifyAsync(request));

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task Embed_PoolingThatTheModelLacks_NamesThoseItHas()
    {
        var request = new EmbedRequest { Pooling = Pooling.Cls, Inputs = { new EmbedInput { Text = "red apple" } } };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await cluster.Client.EmbedAsync(request));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("mean, pooled, projection", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_WithoutModel_StaysWithTheModelThatGenerates()
    {
        var models = await cluster.Client.ListModelsAsync(new ListModelsRequest());

        Assert.Equal("emoji-vlm", models.Models.Single(model => model.IsDefault).Name);
        Assert.Equal(["embed", "similarity", "inspect"], models.Models.Single(model => model.Name == "emoji-siglip").Tasks);
    }

    private static Image Picture(string name) =>
        new() { Data = ByteString.CopyFrom(File.ReadAllBytes(Path.Combine(Fixtures.EmojiSiglip, "expected", name))) };
}
