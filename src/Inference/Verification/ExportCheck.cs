using System.Runtime.InteropServices;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Verification;

/// <summary>
/// Computes what a ready-made export shows of a golden case: image features, merged embeddings, greedy tokens and their logits. Its layers
/// stay inside its graphs.
/// </summary>
internal sealed class ExportCheck(CompiledModel model, IDecoderRunner decoder) : IGraphCheck
{
    public Dictionary<string, ComputedTensor> Compute(SafetensorsFile golden)
    {
        var results = new Dictionary<string, ComputedTensor>(StringComparer.Ordinal);
        var ids = golden.Tensors.TryGetValue(EncoderTensors.InputIds, out var entry) ? MemoryMarshal.Cast<byte, long>(golden.Bytes(entry)).ToArray()
            : throw new ModelException($"The golden file lacks {EncoderTensors.InputIds}.");
        var features = golden.Tensors.TryGetValue(EncoderTensors.PixelValues, out var pixels) ? Vision(golden, pixels, results) : null;
        var embeddings = PromptMerge.Run(model, decoder, ids, features);
        if (!model.Export!.Decoder.TakesIds)
        {
            results["inputs_embeds"] = ComputedTensor.Of([1, ids.Length, decoder.HiddenSize], embeddings);
        }

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
        using var encoder = ModelRunners.OpenEncoder(model, DeviceOptions.Cpu);
        var tokens = encoder.TokensPerTile(height, width);
        var features = new float[tiles * tokens * encoder.EmbeddingSize];
        encoder.Encode(tiles, height, width, values, [], features);
        results[EncoderTensors.ImageFeatures] = ComputedTensor.Of([tiles, tokens, encoder.EmbeddingSize], features);
        return features;
    }
}
