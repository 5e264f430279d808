using Microsoft.ML.OnnxRuntime;
using VisionCluster.Models.Exports;

namespace VisionCluster.Inference.Exports;

/// <summary>Binds what a decoder export takes besides keys and values, as its <see cref="DecoderExport"/> says.</summary>
internal sealed class DecoderInputs(DecoderExport export, int width, int capacity)
{
    private readonly long[] _ones = [.. Enumerable.Repeat(1L, capacity)];
    private readonly long[] _positions = [.. Enumerable.Range(0, capacity).Select(position => (long)position)];

    /// <param name="binding">Receives the inputs.</param>
    /// <param name="past">Tokens before these.</param>
    /// <param name="rows"><c>[tokens, width]</c></param>
    /// <param name="bound">Receives what must live until the run is over.</param>
    public void Bind(OrtIoBinding binding, int past, ReadOnlySpan<float> rows, List<OrtValue> bound)
    {
        var tokens = rows.Length / width;
        Add(export.TakesIds ? ExportTensors.InputIds : ExportTensors.Embeddings, export.TakesIds ? Ids(rows)
            : FloatTensor.Create(rows, export.Embeddings, 1, tokens, width));
        if (export.AttentionMask)
        {
            Add(ExportTensors.AttentionMask, Of(_ones.AsMemory(0, past + tokens)));
        }

        if (export.PositionIds)
        {
            Add(ExportTensors.PositionIds, Of(_positions.AsMemory(past, tokens)));
        }

        if (export.CacheBranch)
        {
            Add(ExportTensors.CacheBranch, OrtValue.CreateTensorValueFromMemory(new[] { past > 0 }, [1]));
        }

        if (export.LogitsToKeep is { } keep)
        {
            Add(keep, OrtValue.CreateTensorValueFromMemory(new[] { 1L }, export.LogitsToKeepIsVector ? [1] : []));
        }

        void Add(string name, OrtValue value)
        {
            bound.Add(value);
            binding.BindInput(name, value);
        }
    }

    private static OrtValue Ids(ReadOnlySpan<float> rows)
    {
        var ids = new long[rows.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = (long)rows[i];
        }

        return Of(ids);
    }

    private static OrtValue Of(Memory<long> values) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, [1, values.Length]);
}
