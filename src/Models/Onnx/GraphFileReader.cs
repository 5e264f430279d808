using System.IO.MemoryMappedFiles;
using VisionCluster.Models.Onnx.Protocol;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Onnx;

/// <summary>
/// Reads a graph file that somebody else made, before ONNX Runtime sees it: its inputs and outputs, and that every tensor has the bytes
/// that it declares, in the file or in a file of the same folder. The file is mapped and walked once; weights are not touched.
/// </summary>
internal static unsafe class GraphFileReader
{
    // Fields of ModelProto and GraphProto.
    private const int ModelGraph = 7;
    private const int GraphInput = 11;
    private const int GraphOutput = 12;

    private const int MaxValues = 10_000;
    private const int MaxValueBytes = 64 << 10;
    private const int MaxRank = 16;

    /// <exception cref="ModelException">The file is malformed, or a tensor's bytes are not there.</exception>
    public static GraphSignature Read(string path)
    {
        // The opened file's length: that of a link is the link's own.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        var (name, length) = (Path.GetFileName(path), stream.Length);
        if (length is 0 or > int.MaxValue)
        {
            throw new ModelException($"{name} has {length} bytes; an ONNX graph has 1 to {int.MaxValue}.");
        }

        using var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        using var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            return Read(path, new ReadOnlySpan<byte>(start + view.PointerOffset, (int)length));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static GraphSignature Read(string path, ReadOnlySpan<byte> file)
    {
        var name = Path.GetFileName(path);
        var inputs = new Dictionary<string, TensorSignature>(StringComparer.Ordinal);
        var outputs = new Dictionary<string, TensorSignature>(StringComparer.Ordinal);
        var graphs = 0;
        var model = new WireReader(name, file);
        while (model.Next(out var field))
        {
            if (field != ModelGraph)
            {
                model.Skip();
                continue;
            }

            graphs++;
            var graph = model.Message();
            while (graph.Next(out field))
            {
                if (field is GraphInput or GraphOutput)
                {
                    var value = Value(name, graph.Bytes());
                    _ = inputs.Count + outputs.Count < MaxValues && (field == GraphInput ? inputs : outputs).TryAdd(value.Name, value)
                        ? 0 : throw model.Malformed();
                }
                else
                {
                    graph.Skip();
                }
            }
        }

        if (graphs != 1)
        {
            throw model.Malformed();
        }

        // Up to IR version 3 initializers are inputs too, with a value of their own.
        var tensors = new GraphTensorWalker(path);
        tensors.WalkModel(new WireReader(name, file));
        foreach (var initializer in inputs.Keys.Where(tensors.IsInitializer).ToList())
        {
            inputs.Remove(initializer);
        }

        return new GraphSignature(name, inputs, outputs, tensors.DataFiles);
    }

    private static TensorSignature Value(string fileName, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxValueBytes)
        {
            throw new ModelException($"{fileName} declares an input or output in {bytes.Length} bytes; at most {MaxValueBytes} are read.");
        }

        try
        {
            var proto = ValueInfoProto.Parser.ParseFrom(bytes);
            var tensor = proto.Type?.TensorType ?? throw new ModelException($"{fileName}: {proto.Name} is not a tensor.");
            var sides = tensor.Shape?.Dim.Select(side => side.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? side.DimValue : (long?)null).ToList();
            return sides is null || (sides.Count <= MaxRank && sides.TrueForAll(side => side is null or >= 0))
                ? new TensorSignature(proto.Name, (DataType)tensor.ElemType, sides)
                : throw new ModelException($"{fileName}: {proto.Name} has an impossible shape.");
        }
        catch (Google.Protobuf.InvalidProtocolBufferException e)
        {
            throw new ModelException($"{fileName} is not a well-formed ONNX graph.", e);
        }
    }
}
