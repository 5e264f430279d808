using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Gguf;

/// <summary>A GGUF file's tensors as a Hugging Face checkpoint has them: renamed, dequantised, query and key rows in their order.</summary>
internal sealed class GgufTensors : ITensorSource
{
    private readonly GgufFile _file;
    private readonly Dictionary<string, GgufTensor> _tensors = new(StringComparer.Ordinal);
    private readonly LlamaShape _shape;

    /// <param name="file">The file; the caller disposes it.</param>
    /// <param name="shape">The model's sizes.</param>
    /// <exception cref="ModelException">The file has a tensor that a Llama does not have.</exception>
    public GgufTensors(GgufFile file, LlamaShape shape)
    {
        (_file, _shape) = (file, shape);
        foreach (var tensor in file.Tensors.Values.Where(tensor => tensor.Name != GgufTensorNames.RotaryFactors))
        {
            var name = GgufTensorNames.HuggingFaceName(tensor.Name, shape.Layers)
                ?? throw new ModelException($"{file.Name} has the tensor {tensor.Name}, which is not known in a llama model of {shape.Layers} layers.");
            _tensors.Add(name, tensor);
        }
    }

    public IEnumerable<string> Names => _tensors.Keys;

    public bool Contains(string name) => _tensors.ContainsKey(name);

    public long[] ShapeOf(string name) => Find(name).Shape;

    public float[] ReadFloats(string name, params ReadOnlySpan<long> shape)
    {
        var values = ToFloats(_file, Find(name, shape));
        return _shape.RotaryHeads(name) is { } heads ? RotaryRows.ToHalves(values, heads, _shape.HeadDim) : values;
    }

    public BlockFormat? BlocksOf(string name) =>
        _tensors.TryGetValue(name, out var tensor) && tensor.Shape.Length == 2 && GgufBlocks.IsBlock(tensor.Type) ? GgufBlockReader.FormatOf(tensor.Type) : null;

    public BlockMatrix ReadBlocks(string name, int rows, int columns)
    {
        var tensor = Find(name, rows, columns);
        var matrix = GgufBlockReader.Read(tensor.Type, _file.Bytes(tensor), rows, columns);
        return _shape.RotaryHeads(name) is null ? matrix : matrix.SelectRows(rows, row => RotaryRows.Source(row, _shape.HeadDim));
    }

    public void Dispose()
    {
    }

    /// <summary>A tensor as it lies in the file, dequantised.</summary>
    public static float[] ToFloats(GgufFile file, GgufTensor tensor)
    {
        if (tensor.ElementCount > Array.MaxLength)
        {
            throw new ModelException($"Tensor {tensor.Name} has {tensor.ElementCount} values; at most {Array.MaxLength} are read.");
        }

        var bytes = file.Bytes(tensor);
        var values = GC.AllocateUninitializedArray<float>((int)tensor.ElementCount);
        switch (tensor.Type)
        {
            case GgufTensorType.F32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case GgufTensorType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            case GgufTensorType.BF16:
                FloatWidening.WidenBrainFloats(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                break;
            default:
                GgufBlocks.ToFloats(tensor.Type, bytes, values);
                break;
        }

        return values;
    }

    private GgufTensor Find(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor
        : throw new ModelException($"{_file.Name} lacks the tensor of {name}.");

    private GgufTensor Find(string name, params ReadOnlySpan<long> shape)
    {
        var tensor = Find(name);
        return tensor.Shape.AsSpan().SequenceEqual(shape) ? tensor : throw new ModelException(
            $"Tensor {tensor.Name} has shape [{string.Join(", ", tensor.Shape)}]; the configuration asks for [{string.Join(", ", shape.ToArray())}].");
    }
}
