using System.Text.Json.Nodes;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Tests.Families;

/// <summary>
/// A serving graph (fused attention over a cache) and its inspection graph (attention written out, one prompt) agree on random weights, for
/// options that no golden has.
/// </summary>
public class DecoderAgreementTests
{
    private const int Tokens = 41;
    private const int Capacity = 64;
    private const double Tolerance = 2e-4;

    [Theory]
    [InlineData("""{"model_type":"llama","num_attention_heads":6,"num_key_value_heads":2,"head_dim":6,"attention_bias":true,"mlp_bias":true,"tie_word_embeddings":true,"hidden_act":"gelu"}""")]
    [InlineData("""{"model_type":"llama","num_attention_heads":5,"num_key_value_heads":1,"head_dim":20,"hidden_act":"gelu_pytorch_tanh","rope_scaling":{"rope_type":"llama3","factor":4,"low_freq_factor":1,"high_freq_factor":2,"original_max_position_embeddings":16}}""")]
    [InlineData("""{"model_type":"llama","num_attention_heads":3,"num_key_value_heads":3,"head_dim":16,"rope_scaling":{"type":"linear","factor":3.5},"rope_theta":500}""")]
    [InlineData("""{"model_type":"llama","num_attention_heads":4,"num_key_value_heads":4,"head_dim":48,"attention_bias":true,"rope_scaling":{"type":"dynamic","factor":2}}""")]
    [InlineData("""{"model_type":"mistral","num_attention_heads":6,"num_key_value_heads":2,"head_dim":10,"sliding_window":7}""")]
    [InlineData("""{"model_type":"mistral","num_attention_heads":4,"num_key_value_heads":2,"head_dim":32,"sliding_window":1}""")]
    [InlineData("""{"model_type":"mistral","num_attention_heads":4,"num_key_value_heads":1,"head_dim":32,"sliding_window":40}""")]
    [InlineData("""{"model_type":"mistral","num_attention_heads":4,"num_key_value_heads":1,"head_dim":16,"sliding_window":null}""")]
    [InlineData("""{"model_type":"gemma","num_attention_heads":3,"num_key_value_heads":1,"head_dim":18,"tie_word_embeddings":true}""")]
    public void ServingGraph_WholeChunkedAndStepByStep_EqualsInspectionGraph(string options)
    {
        var config = JsonNode.Parse(options)!.AsObject();
        (config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"], config["vocab_size"]) = (36, 56, 2, 70);
        config["max_position_embeddings"] = 256;
        using var checkpoint = new RandomCheckpoint(config);
        RandomDecoder.AddTo(checkpoint, config, "model", "");
        var model = new ModelCompiler(new ModelCompilerOptions { CacheFolder = checkpoint.CacheFolder }).Compile(checkpoint.Write());
        using var inspector = new ModelInspector(model, DeviceOptions.Cpu);
        using var runner = OnnxDecoderRunner.Open(model, DeviceOptions.Cpu, 3, Capacity, Capacity);
        var ids = Enumerable.Range(0, Tokens).Select(i => i * 37 % 70).ToArray();
        var embeddings = new float[Tokens * 36];
        runner.Embed(ids, embeddings);
        var expected = inspector.Decode(embeddings).Single(tensor => tensor.Name == "logits").Values;

        AssertClose(Row(expected, Tokens - 1), Prefill(runner, 0, embeddings, Tokens));
        AssertClose(Row(expected, Tokens - 1), Prefill(runner, 1, embeddings, 9));
        _ = Prefill(runner, 2, embeddings[..(12 * 36)], 5);
        runner.CopySlot(2, 0, 12);
        for (var past = 12; past < Tokens; past++)
        {
            var logits = new float[70];
            runner.Decode([ids[past]], [past], logits);
            AssertClose(Row(expected, past), logits);
        }
    }

    private static ArraySegment<float> Row(float[] logits, int row) => new(logits, row * 70, 70);

    private static float[] Prefill(OnnxDecoderRunner runner, int slot, float[] embeddings, int chunk)
    {
        var (logits, tokens) = (new float[70], embeddings.Length / 36);
        for (var past = 0; past < tokens; past += chunk)
        {
            var count = Math.Min(chunk, tokens - past);
            runner.Prefill(slot, past, embeddings.AsSpan(past * 36, count * 36), past + count == tokens ? logits : []);
        }

        return logits;
    }

    private static void AssertClose(IEnumerable<float> expected, float[] actual) => Assert.All(
        expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -Tolerance * Math.Max(1, Math.Abs(pair.First)), Tolerance * Math.Max(1, Math.Abs(pair.First))));
}
