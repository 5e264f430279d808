using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Onnx;

/// <summary>What a graph file takes, gives, and reads beside itself.</summary>
/// <param name="FileName">The graph's file.</param>
/// <param name="Inputs">Inputs that a run must give, by name.</param>
/// <param name="Outputs">Outputs by name.</param>
/// <param name="DataFiles">Files of external data, by name, all in the graph's own folder.</param>
internal sealed record GraphSignature(
    string FileName,
    IReadOnlyDictionary<string, TensorSignature> Inputs,
    IReadOnlyDictionary<string, TensorSignature> Outputs,
    IReadOnlyList<string> DataFiles);

/// <summary>A declared input or output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Its sides, null where a run decides; null as a whole when the graph does not say.</param>
internal sealed record TensorSignature(string Name, DataType Type, IReadOnlyList<long?>? Shape)
{
    /// <summary>A side that the graph fixes; null where a run decides.</summary>
    public long? Side(Index at) => Shape is not null && at.GetOffset(Shape.Count) is >= 0 and var i && i < Shape.Count ? Shape[i] : null;
}
