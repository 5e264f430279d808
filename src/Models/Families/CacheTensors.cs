using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>One layer's key-value cache as a graph's inputs and outputs, <c>[batch, kv_heads, capacity, head_dim]</c>.</summary>
internal sealed class CacheTensors
{
    private readonly GraphBuilder _graph;
    private readonly int _layer;
    private readonly Dim[] _shape;
    private readonly DataType _type;

    public CacheTensors(LlamaConfig config, GraphBuilder graph, int layer, CacheForm form = CacheForm.Float)
    {
        (_graph, _layer, _shape) = (graph, layer, ["batch", config.KvHeads, "capacity", config.CacheHeadDim]);
        _type = form switch
        {
            CacheForm.EightBit => DataType.Int8,
            CacheForm.Half => graph.IsHalf ? graph.FloatType : DataType.Float16,
            _ => DataType.Float,
        };
        PastKey = graph.Input(DecoderTensors.PastKey(layer), _type, _shape);
        PastValue = graph.Input(DecoderTensors.PastValue(layer), _type, _shape);
    }

    public Value PastKey { get; }

    public Value PastValue { get; }

    public void Present(Value key, Value value)
    {
        _graph.Output(DecoderTensors.PresentKey(_layer), key, _type, _shape);
        _graph.Output(DecoderTensors.PresentValue(_layer), value, _type, _shape);
    }
}
