using Microsoft.ML.OnnxRuntime;

namespace VisionCluster.Inference.Onnx;

/// <summary>What 1 means in each plane of an 8-bit key-value pool: a scale for every channel of every head.</summary>
/// <param name="shape">The pool.</param>
/// <param name="scales">For each plane <c>[kv_heads, head_dim]</c>.</param>
internal sealed class KvScales(KvShape shape, IEnumerable<float[]> scales) : IDisposable
{
    private readonly OrtValue[] _values = [.. scales.Select(scale => OrtValue.CreateTensorValueFromMemory(scale, [1, shape.KvHeads, 1, shape.HeadDim]))];

    public OrtValue this[int plane] => _values[plane];

    public void Dispose()
    {
        foreach (var value in _values)
        {
            value.Dispose();
        }
    }
}
