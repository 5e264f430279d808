using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>Inputs and outputs of decoder runs, allocated once for the largest of them.</summary>
internal sealed class RunBuffers(int slots, int tokens, int hidden, int vocabulary) : IDisposable
{
    public int HiddenSize { get; } = hidden;

    public int VocabularySize { get; } = vocabulary;

    public NativeBuffer<float> Embeddings { get; } = new(tokens * hidden);

    public NativeBuffer<int> Lengths { get; } = new(slots);

    public NativeBuffer<int> Total { get; } = new(1);

    /// <summary>Of graphs with our own attention, <see cref="DecoderTensors.SlotRuns"/>.</summary>
    public NativeBuffer<int> Runs { get; } = new(slots * DecoderTensors.SlotRunFields);

    public NativeBuffer<long> Rows { get; } = new(slots);

    public NativeBuffer<float> Logits { get; } = new(slots * vocabulary);

    public void Dispose()
    {
        Embeddings.Dispose();
        Lengths.Dispose();
        Total.Dispose();
        Runs.Dispose();
        Rows.Dispose();
        Logits.Dispose();
    }
}
