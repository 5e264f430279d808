using Google.Protobuf;
using VisionCluster.Models.Onnx.Protocol;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Inference.Tests.Exports;

/// <summary>Changes a graph file of an export into another form that the hub has.</summary>
internal sealed class GraphEdit : IDisposable
{
    private readonly string _path;
    private readonly ModelProto _model;

    public GraphEdit(string path) => (_path, _model) = (path, ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)));

    public GraphProto Graph => _model.Graph;

    public ValueInfoProto Input(string name) => Graph.Input.Single(input => input.Name == name);

    public TensorShapeProto Shape(string input) => Input(input).Type.TensorType.Shape;

    /// <summary>Inputs and outputs of float32 become float16, the graph's inside stays as it is.</summary>
    public GraphEdit ToHalf(Predicate<string> wanted)
    {
        foreach (var input in Graph.Input.Where(input => IsFloat(input) && wanted(input.Name)))
        {
            input.Type.TensorType.ElemType = (int)DataType.Float16;
            Insert(input.Name, $"{input.Name}.f32", "Cast", [], To(DataType.Float));
        }

        foreach (var output in Graph.Output.Where(output => IsFloat(output) && wanted(output.Name)))
        {
            output.Type.TensorType.ElemType = (int)DataType.Float16;
            Append(output.Name, "Cast", [], To(DataType.Float16));
        }

        return this;
    }

    /// <summary>Puts a node between an input and everything that reads it.</summary>
    public void Insert(string input, string instead, string op, string[] more, params AttributeProto[] attributes)
    {
        foreach (var node in Graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = node.Input[i] == input ? instead : node.Input[i];
            }
        }

        Graph.Node.Insert(0, Node(op, [input, .. more], instead, attributes));
    }

    /// <summary>Puts a node between what made an output and the output.</summary>
    public void Append(string output, string op, string[] more, params AttributeProto[] attributes)
    {
        foreach (var node in Graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = node.Input[i] == output ? $"{output}.before" : node.Input[i];
            }

            for (var i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = node.Output[i] == output ? $"{output}.before" : node.Output[i];
            }
        }

        Graph.Node.Add(Node(op, [$"{output}.before", .. more], output, attributes));
    }

    public void AddInput(string name, DataType type, params TensorShapeProto.Types.Dimension[] sides)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(sides);
        Graph.Input.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } });
    }

    public void AddConstant(string name, DataType type, byte[] values, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(values) };
        tensor.Dims.AddRange(shape);
        Graph.Initializer.Add(tensor);
    }

    public static NodeProto Node(string op, string[] inputs, string output, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op, Name = $"edit/{output}", Output = { output } };
        node.Input.AddRange(inputs);
        node.Attribute.AddRange(attributes);
        return node;
    }

    public static AttributeProto To(DataType type) => new() { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (long)type };

    /// <summary>Writes the file.</summary>
    public void Dispose() => File.WriteAllBytes(_path, _model.ToByteArray());

    private static bool IsFloat(ValueInfoProto value) => value.Type.TensorType.ElemType == (int)DataType.Float;
}
