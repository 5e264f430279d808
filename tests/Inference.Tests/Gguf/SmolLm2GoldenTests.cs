using System.Numerics.Tensors;
using System.Text.Json;
using VisionCluster.Inference.Verification;
using VisionCluster.Models.Families;
using VisionCluster.Models.Templates;

namespace VisionCluster.Inference.Tests.Gguf;

/// <summary>The GGUF path against transformers on real weights: ids, every layer, logits, greedy tokens.</summary>
[Trait("Category", "Golden")]
public sealed class SmolLm2GoldenTests(SmolLm2 model) : IClassFixture<SmolLm2>
{
    // float32 against float64 is up to 1e-4 in logits and 0.03 in hidden states of up to 20,000 (fixtures' README).
    private const double LogitTolerance = 1e-3;
    private const double HiddenTolerance = 1e-4;

    [Fact]
    public void Encode_EveryPrompt_IdsOfTheReference() => ForEachCase(golden =>
    {
        var rendered = golden.TryGetProperty("messages", out var messages)
            ? model.Prompts.Render([.. messages.EnumerateArray().Select(m => ChatMessage.OfText(m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!))])
            : RenderedPrompt.Trusted(golden.GetProperty("text").GetString()!);

        Assert.Equal(golden.GetProperty("prompt").GetString(), rendered.Text);
        Assert.Equal(Ids(golden, "input_ids"), model.Prompts.Encode(rendered));
        Assert.Contains(2, model.Prompts.EndOfSequenceIds);
    });

    [Fact]
    public void Decode_EveryPrompt_LayersAndLogitsOfTheReference() => ForEachCase(golden =>
    {
        var outputs = model.Inspector.Decode(Embed(golden)).ToDictionary(tensor => tensor.Name, tensor => tensor.Values);
        var layers = golden.GetProperty("hidden").EnumerateArray().ToList();
        Assert.Equal(31, layers.Count);
        Layer(layers[0], Embed(golden));
        for (var layer = 1; layer < layers.Count - 1; layer++)
        {
            Layer(layers[layer], outputs[DecoderTensors.TextHidden(layer - 1)]);
        }

        Layer(layers[^1], outputs[DecoderTensors.TextFinal]);
        var top = golden.GetProperty("last_logits_top20");
        var last = outputs[DecoderTensors.Logits].AsSpan()[^model.Decoder.VocabularySize..].ToArray();
        foreach (var (id, logit) in Ids(top, "ids").Zip(top.GetProperty("logits").EnumerateArray()))
        {
            Assert.Equal(logit.GetDouble(), last[id], LogitTolerance);
        }
    });

    [Fact]
    public void Greedy_EveryPrompt_TokensOfTheReference() => ForEachCase(golden =>
    {
        var expected = Ids(golden, "greedy_ids");

        var (ids, _) = GreedyDecoder.Run(model.Decoder, Embed(golden), expected.Length);

        Assert.Equal(expected, ids.Select(id => (int)id));
    });

    private static void ForEachCase(Action<JsonElement> check)
    {
        Assert.SkipUnless(SmolLm2.IsAtHand, "The real model is not at hand.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(SmolLm2.Golden("expected.json")));
        foreach (var golden in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            check(golden);
        }
    }

    private static int[] Ids(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static void Layer(JsonElement golden, float[] hidden)
    {
        var deviation = golden.GetProperty("std").GetDouble();
        var mean = TensorPrimitives.Average<float>(hidden);
        var width = 576;
        Assert.Equal(golden.GetProperty("mean").GetDouble(), mean, HiddenTolerance * deviation);
        Assert.Equal(1, Math.Sqrt(hidden.Average(value => Math.Pow(value - mean, 2))) / deviation, HiddenTolerance);
        foreach (var (expected, actual) in golden.GetProperty("first8_last").EnumerateArray().Zip(hidden[^width..]))
        {
            Assert.Equal(expected.GetDouble(), actual, Math.Max(HiddenTolerance * deviation, 1e-5 * Math.Abs(actual)));
        }
    }

    private float[] Embed(JsonElement golden)
    {
        var ids = Ids(golden, "input_ids");
        var embeddings = new float[ids.Length * model.Decoder.HiddenSize];
        model.Decoder.Embed(ids, embeddings);
        return embeddings;
    }
}
