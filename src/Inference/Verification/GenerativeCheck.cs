using System.Runtime.InteropServices;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Inspection;
using VisionCluster.Models;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Verification;

/// <summary>
/// Computes every golden tensor of a language or vision-language model from the golden ids and pixels: layers through the inspection
/// graphs, image features and the generated tokens through the serving graphs.
/// </summary>
internal sealed class GenerativeCheck(CompiledModel model, ModelInspector inspector, IDecoderRunner decoder) : IGraphCheck
{
    public Dictionary<string, ComputedTensor> Compute(SafetensorsFile golden)
    {
        var results = new Dictionary<string, ComputedTensor>(StringComparer.Ordinal);
        var ids = MemoryMarshal.Cast<byte, long>(golden.Bytes(Required(golden, "input_ids"))).ToArray();
        var features = golden.Tensors.TryGetValue(EncoderTensors.PixelValues, out var pixels) ? Vision(golden, pixels, results) : null;
        var embeddings = PromptMerge.Run(model, decoder, ids, features);
        var hidden = model.Manifest.Decoder!.HiddenSize;
        results["inputs_embeds"] = ComputedTensor.Of([1, ids.Length, hidden], embeddings);
        foreach (var tensor in inspector.Decode(embeddings))
        {
            results[tensor.Name] = ComputedTensor.Of(tensor.Shape, tensor.Values);
        }

        var (best, probabilities) = Probabilities.Top(results[DecoderTensors.Logits].Floats!, ids.Length);
        results["top5_ids"] = ComputedTensor.Of([1, ids.Length, best.Length / ids.Length], best);
        results["top5_probs"] = ComputedTensor.Of([1, ids.Length, best.Length / ids.Length], probabilities);
        if (golden.Tensors.TryGetValue("generated_ids", out var generated))
        {
            var count = (int)generated.ElementCount;
            var (tokens, logits) = GreedyDecoder.Run(decoder, embeddings, count);
            results["generated_ids"] = ComputedTensor.Of([1, count], tokens);
            results["generated_logits"] = ComputedTensor.Of([1, count, decoder.VocabularySize], logits);
        }

        return results;
    }

    private float[] Vision(SafetensorsFile golden, TensorEntry pixels, Dictionary<string, ComputedTensor> results)
    {
        var values = FloatWidening.ToFloats(golden.Bytes(pixels), pixels);
        var (height, width) = ((int)pixels.Shape[^2], (int)pixels.Shape[^1]);
        var tiles = values.Length / (3 * height * width);
        var mask = golden.Tensors.TryGetValue("pixel_attention_mask", out var entry) ? golden.Bytes(entry).ToArray() : null;
        foreach (var tensor in inspector.Encode(values, tiles, height, width, mask))
        {
            results[tensor.Name] = ComputedTensor.Of(tensor.Shape, tensor.Values);
        }

        using var encoder = new Onnx.OnnxEncoderRunner(model, Devices.DeviceOptions.Cpu);
        var features = new float[tiles * encoder.TokensPerTile(height, width) * encoder.EmbeddingSize];
        encoder.Encode(tiles, height, width, values, mask, features);
        results[EncoderTensors.ImageFeatures] = ComputedTensor.Of(results[EncoderTensors.ImageFeatures].Shape, features);
        return features;
    }

    private static TensorEntry Required(SafetensorsFile golden, string name) => golden.Tensors.TryGetValue(name, out var entry) ? entry
        : throw new ModelException($"The golden file lacks {name}.");
}
