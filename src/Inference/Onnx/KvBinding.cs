using Microsoft.ML.OnnxRuntime;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>Binds a range of slots as past and present of every layer, the same memory for both.</summary>
internal static class KvBinding
{
    public static void Bind(OrtIoBinding binding, KvMemory kv, int firstSlot, int count, List<OrtValue> owned)
    {
        for (var layer = 0; layer < kv.Shape.Layers; layer++)
        {
            var (key, value) = (kv.View(2 * layer, firstSlot, count), kv.View((2 * layer) + 1, firstSlot, count));
            owned.Add(key);
            owned.Add(value);
            binding.BindInput(DecoderTensors.PastKey(layer), key);
            binding.BindInput(DecoderTensors.PastValue(layer), value);
            binding.BindOutput(DecoderTensors.PresentKey(layer), key);
            binding.BindOutput(DecoderTensors.PresentValue(layer), value);
            if (kv.Scales is { } scales)
            {
                binding.BindInput(DecoderTensors.KeyScale(layer), scales[2 * layer]);
                binding.BindInput(DecoderTensors.ValueScale(layer), scales[(2 * layer) + 1]);
            }
        }
    }
}
