namespace VisionCluster.Models.Onnx;

/// <summary>A named value of a graph: an input, an initializer or a node's output. The empty name is an omitted optional input.</summary>
internal readonly record struct Value(string Name)
{
    public static Value None { get; } = new("");
}
