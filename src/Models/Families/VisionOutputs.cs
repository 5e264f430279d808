using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>Outputs of a vision tower's inspection graph.</summary>
internal static class VisionOutputs
{
    /// <summary>The input of layer 0 and every layer's output.</summary>
    public static void Show(GraphBuilder graph, Value[] hidden, int size)
    {
        Show(graph, EncoderTensors.VisionEmbeddings, hidden[0], size);
        for (var layer = 0; layer + 1 < hidden.Length; layer++)
        {
            Show(graph, EncoderTensors.VisionHidden(layer), hidden[layer + 1], size);
        }
    }

    /// <summary>One value <c>[tiles, patches, size]</c>.</summary>
    public static void Show(GraphBuilder graph, string name, Value value, int size) =>
        graph.Output(name, value, DataType.Float, "tiles", "patches", size);
}
