using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>The rotary tables as shared weights, <c>[positions, head_dim / 2]</c> each.</summary>
internal static class RotaryWeights
{
    public static (Value Cosine, Value Sine) Of(GraphBuilder graph, LlamaConfig config)
    {
        var tables = new Lazy<(float[] Cosine, float[] Sine)>(() => RotaryTable.Build(config.Rope, config.HeadDim, config.MaxPositions));
        long[] shape = [config.MaxPositions, config.HeadDim / 2];
        return (graph.Weight("rotary.cosine", shape, () => tables.Value.Cosine), graph.Weight("rotary.sine", shape, () => tables.Value.Sine));
    }
}
