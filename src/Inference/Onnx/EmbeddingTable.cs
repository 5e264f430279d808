using System.IO.MemoryMappedFiles;
using System.Numerics.Tensors;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Onnx;

/// <summary>Token embeddings, <c>[vocabulary, hidden]</c> float32, mapped from the weight file.</summary>
internal sealed unsafe class EmbeddingTable : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly float* _rows;
    private readonly float _scale;

    public EmbeddingTable(CompiledModel model)
    {
        var decoder = model.Manifest.Decoder ?? throw new InvalidOperationException("The model has no decoder.");
        (VocabularySize, HiddenSize, _scale) = (decoder.VocabularySize, decoder.HiddenSize, decoder.EmbeddingScale);
        _map = MemoryMappedFile.CreateFromFile(model.WeightsPath, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _map.CreateViewAccessor(decoder.EmbeddingOffset, (long)VocabularySize * HiddenSize * sizeof(float), MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _rows = (float*)(start + _view.PointerOffset);
    }

    public int VocabularySize { get; }

    public int HiddenSize { get; }

    /// <summary>
    /// Copies rows, multiplied by the model's embedding scale, into <paramref name="destination"/> <c>[tokens, hidden]</c>.
    /// </summary>
    public void Lookup(ReadOnlySpan<int> tokenIds, Span<float> destination)
    {
        for (var i = 0; i < tokenIds.Length; i++)
        {
            var id = tokenIds[i];
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)VocabularySize, nameof(tokenIds));
            new ReadOnlySpan<float>(_rows + ((long)id * HiddenSize), HiddenSize).CopyTo(destination.Slice(i * HiddenSize, HiddenSize));
        }

        if (_scale != 1)
        {
            var copied = destination[..(tokenIds.Length * HiddenSize)];
            TensorPrimitives.Multiply(copied, _scale, copied);
        }
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
