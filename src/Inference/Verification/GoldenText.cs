using System.Runtime.InteropServices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Verification;

/// <summary>Texts as a golden file holds them.</summary>
internal static class GoldenText
{
    public static TextBatch Read(SafetensorsFile golden)
    {
        var entry = golden.Tensors[EncoderTensors.InputIds];
        if (entry.Shape.Length != 2)
        {
            throw new ModelException($"input_ids has {entry.Shape.Length} dimensions; it must have 2.");
        }

        var ids = MemoryMarshal.Cast<byte, long>(golden.Bytes(entry)).ToArray();
        var (rows, tokens) = ((int)entry.Shape[0], (int)entry.Shape[1]);
        var mask = golden.Tensors.TryGetValue(EncoderTensors.AttentionMask, out var masks)
            ? Array.ConvertAll(golden.Bytes(masks).ToArray(), value => (int)value) : Enumerable.Repeat(1, ids.Length).ToArray();

        // Where a golden has none, the reference's tokenizer gave none, and the model took 0 everywhere, in a pair of texts too.
        var types = golden.Tensors.TryGetValue(EncoderTensors.TokenTypeIds, out var stored) && stored.Type == TensorType.I64
            ? MemoryMarshal.Cast<byte, long>(golden.Bytes(stored)).ToArray() : new long[ids.Length];
        return new TextBatch(rows, tokens, ids, mask, types);
    }
}
