using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>A decoder's layers, between embeddings and the final norm.</summary>
internal interface IDecoderLayers
{
    /// <param name="hidden">Embeddings <c>[batch, tokens, hidden]</c>.</param>
    /// <param name="head">Width of a head in this graph.</param>
    /// <param name="attention">Attends in a layer.</param>
    /// <param name="onLayer">Sees the residual stream behind each layer but the last.</param>
    ResidualStream Build(Value hidden, int head, LayerAttention attention, Action<int, Value>? onLayer);
}

/// <param name="layer">The layer.</param>
/// <param name="qkv"><c>[batch, tokens, (heads + 2·kv) · head]</c></param>
/// <returns><c>[batch, tokens, heads · head]</c></returns>
internal delegate Value LayerAttention(int layer, Value qkv);

/// <summary>The residual stream: a value, and what is still to be added to it where a norm adds and norms in one kernel.</summary>
internal readonly record struct ResidualStream(Value Hidden, Value? Last)
{
    public ResidualStream Map(Func<Value, Value> map) => new(map(Hidden), Last is { } last ? map(last) : null);

    /// <summary>RMS-normed, and the sum.</summary>
    public (Value Normed, Value Sum) Norm(GraphBuilder graph, Value scale, float epsilon) => Last is { } last
        ? graph.SkipRmsNorm(last, Hidden, scale, epsilon)
        : (graph.RmsNorm(Hidden, scale, epsilon), Hidden);
}
