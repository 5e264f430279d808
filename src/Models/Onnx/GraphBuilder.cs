using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;
using VisionCluster.Models.Onnx.Protocol;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Onnx;

/// <summary>
/// Builds one ONNX graph node by node. Operators are those of opset 20 and, in domain <see cref="ContribDomain"/>, ONNX Runtime's own
/// (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
/// </summary>
/// <param name="name">The graph's.</param>
/// <param name="weights">What its weights are written to.</param>
/// <param name="floats">
/// What it computes in: float32, or for GPUs halves (float16 or bfloat16). Whoever builds it and whoever runs it see float32 all the same: inputs
/// and outputs are converted, weights and constants rounded.
/// </param>
internal sealed class GraphBuilder(string name, WeightFile weights, DataType floats = DataType.Float)
{
    public const string ContribDomain = "com.microsoft";
    private const int IrVersion = 9;
    private const int Opset = 20;

    private readonly GraphProto _graph = new() { Name = name };
    private readonly HashSet<string> _initializers = new(StringComparer.Ordinal);
    private int _nodes;

    /// <summary>Whether values inside are halves, of either kind.</summary>
    public bool IsHalf => floats != DataType.Float;

    /// <summary>What floats are inside.</summary>
    public DataType FloatType => floats;

    /// <summary>Declares an input; a dimension is a size or a symbol.</summary>
    public Value Input(string name, DataType type, params ReadOnlySpan<Dim> shape)
    {
        _graph.Input.Add(Info(name, type, shape));
        return IsHalf && type == DataType.Float ? Cast(new Value(name), floats) : new Value(name);
    }

    /// <summary>Makes a value an output under its own name.</summary>
    public void Output(string name, Value value, DataType type, params ReadOnlySpan<Dim> shape)
    {
        if (IsHalf && type == DataType.Float)
        {
            _graph.Node.Add(new NodeProto { OpType = "Cast", Name = $"output/{name}", Input = { value.Name }, Output = { name }, Attribute = { Attr.Int("to", (long)type).Proto } });
        }
        else if (value.Name != name)
        {
            _graph.Node.Add(new NodeProto { OpType = "Identity", Name = $"output/{name}", Input = { value.Name }, Output = { name } });
        }

        _graph.Output.Add(Info(name, type, shape));
    }

    /// <summary>Adds a node with one output.</summary>
    public Value Node(string op, ReadOnlySpan<Value> inputs, ReadOnlySpan<Attr> attributes = default, string domain = "") =>
        Nodes(op, 1, inputs, attributes, domain)[0];

    /// <summary>Adds a node with several outputs.</summary>
    public Value[] Nodes(string op, int outputs, ReadOnlySpan<Value> inputs, ReadOnlySpan<Attr> attributes = default, string domain = "")
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{op}_{_nodes++}");
        var node = new NodeProto { OpType = op, Name = id, Domain = domain };
        foreach (var input in inputs)
        {
            node.Input.Add(input.Name);
        }

        var values = new Value[outputs];
        for (var i = 0; i < outputs; i++)
        {
            values[i] = new Value(outputs == 1 ? id : $"{id}.{i}");
            node.Output.Add(values[i].Name);
        }

        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute.Proto);
        }

        _graph.Node.Add(node);
        return values;
    }

    /// <summary>Bytes of the shared weights that this graph uses.</summary>
    public long WeightBytes { get; private set; }

    /// <summary>A float tensor of the shared weight file, written the first time any graph asks for it.</summary>
    public Value Weight(string name, long[] shape, Func<float[]> produce) => floats switch
    {
        DataType.Float16 => External($"{name}.f16", floats, shape, weights.Add($"{name}.f16", shape, () => Halves(produce()))),
        DataType.Bfloat16 => External($"{name}.bf16", floats, shape, weights.Add($"{name}.bf16", shape, () => BrainFloats.Round(produce()))),
        _ => ExactWeight(name, shape, produce),
    };

    /// <summary>A float32 tensor of the shared weight file, in a graph of halves too.</summary>
    public Value ExactWeight(string name, long[] shape, Func<float[]> produce) => External(name, DataType.Float, shape, weights.Add(name, shape, produce));

    /// <summary>A tensor of single bytes in the shared weight file.</summary>
    public Value RawWeight(string name, DataType type, long[] shape, Func<byte[]> produce) => External(name, type, shape, weights.Add(name, shape, produce));

    /// <summary>A small int64 vector inside the graph.</summary>
    public Value Ints(params ReadOnlySpan<long> values)
    {
        var name = $"ints_{string.Join('_', values.ToArray())}";
        return Constant(name, DataType.Int64, [values.Length], MemoryMarshal.AsBytes(values));
    }

    /// <summary>An int64 scalar inside the graph.</summary>
    public Value IntScalar(long value) =>
        Constant(string.Create(CultureInfo.InvariantCulture, $"int_{value}"), DataType.Int64, [], MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)));

    /// <summary>A float scalar inside the graph.</summary>
    public Value Scalar(float value)
    {
        var rounded = floats == DataType.Bfloat16 ? BrainFloats.Round(value) : BitConverter.HalfToUInt16Bits((Half)value);
        return !IsHalf ? ExactScalar(value)
            : Constant(string.Create(CultureInfo.InvariantCulture, $"half_{value:R}"), floats, [], MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(in rounded)));
    }

    /// <summary>A float32 scalar inside the graph, in a graph of halves too.</summary>
    public Value ExactScalar(float value) =>
        Constant(string.Create(CultureInfo.InvariantCulture, $"float_{value:R}"), DataType.Float, [], MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in value)));

    /// <summary>A value of this graph as float32.</summary>
    public Value Exact(Value value) => IsHalf ? Cast(value, DataType.Float) : value;

    /// <summary>A byte inside the graph.</summary>
    public Value ByteScalar(byte value) => Constant(string.Create(CultureInfo.InvariantCulture, $"byte_{value}"), DataType.Uint8, [], [value]);

    public ModelProto Build()
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "VisionCluster", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = ContribDomain, Version = 1 });
        if (_graph.Node.Any(node => node.Domain == KernelOps.Domain))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = KernelOps.Domain, Version = 1 });
        }

        return model;
    }

    private static Half[] Halves(float[] values)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return halves;
    }

    private Value Cast(Value value, DataType type) => Node("Cast", [value], [Attr.Int("to", (long)type)]);

    private Value External(string name, DataType type, long[] shape, WeightPlace place)
    {
        if (_initializers.Add(name))
        {
            WeightBytes += place.ByteCount;
            var tensor = new TensorProto { Name = name, DataType = (int)type, DataLocation = DataLocation.External };
            tensor.Dims.AddRange(shape);
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = weights.FileName });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = place.Offset.ToString(CultureInfo.InvariantCulture) });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = place.ByteCount.ToString(CultureInfo.InvariantCulture) });
            _graph.Initializer.Add(tensor);
        }

        return new Value(name);
    }

    private Value Constant(string name, DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes)
    {
        if (_initializers.Add(name))
        {
            var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
            foreach (var side in shape)
            {
                tensor.Dims.Add(side);
            }

            _graph.Initializer.Add(tensor);
        }

        return new Value(name);
    }

    private static ValueInfoProto Info(string name, DataType type, ReadOnlySpan<Dim> shape)
    {
        var dims = new TensorShapeProto();
        foreach (var dim in shape)
        {
            dims.Dim.Add(dim.Proto);
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dims } } };
    }
}
