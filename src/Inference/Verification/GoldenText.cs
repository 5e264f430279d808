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
        var types = golden.Tensors.TryGetValue(EncoderTensors.TokenTypeIds, out var stored) && stored.Type == TensorType.I64
            ? MemoryMarshal.Cast<byte, long>(golden.Bytes(stored)).ToArray() : Types(ids, mask, rows, tokens);
        return new TextBatch(rows, tokens, ids, mask, types);
    }

    /// <summary>
    /// Goldens leave text types out: a text (or pair) ends with its separator, so what comes after an earlier separator is the second text.
    /// </summary>
    private static long[] Types(long[] ids, int[] mask, int rows, int tokens)
    {
        var types = new long[ids.Length];
        for (var row = 0; row < rows; row++)
        {
            var length = mask.AsSpan(row * tokens, tokens).LastIndexOf(1) + 1;
            var text = ids.AsSpan(row * tokens, length);
            var first = length == 0 ? 0 : text.IndexOf(text[^1]) + 1;
            types.AsSpan((row * tokens) + first, length - first).Fill(1);
        }

        return types;
    }
}
