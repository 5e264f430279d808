namespace VisionCluster.Models.Onnx;

/// <summary>Short names for the operators that every family uses.</summary>
internal static class GraphOps
{
    public static Value Add(this GraphBuilder g, Value a, Value b) => g.Node("Add", [a, b]);

    public static Value Mul(this GraphBuilder g, Value a, Value b) => g.Node("Mul", [a, b]);

    public static Value MatMul(this GraphBuilder g, Value a, Value b) => g.Node("MatMul", [a, b]);

    public static Value Reshape(this GraphBuilder g, Value x, Value shape) => g.Node("Reshape", [x, shape]);

    public static Value Reshape(this GraphBuilder g, Value x, params ReadOnlySpan<long> shape) => g.Node("Reshape", [x, g.Ints(shape)]);

    public static Value Transpose(this GraphBuilder g, Value x, params ReadOnlySpan<long> order) => g.Node("Transpose", [x], [Attr.Ints("perm", order)]);

    public static Value Concat(this GraphBuilder g, int axis, params ReadOnlySpan<Value> values) => g.Node("Concat", values, [Attr.Int("axis", axis)]);

    public static Value Softmax(this GraphBuilder g, Value x) => g.Node("Softmax", [x], [Attr.Int("axis", -1)]);

    /// <summary>One dimension of a value's shape, as an int64 vector of one.</summary>
    public static Value ShapeOf(this GraphBuilder g, Value x, int axis) => g.Node("Shape", [x], [Attr.Int("start", axis), Attr.Int("end", axis + 1)]);

    /// <summary>Layer normalisation over the last axis (Ba et al., 2016).</summary>
    public static Value LayerNorm(this GraphBuilder g, Value x, Value scale, Value bias, float epsilon) =>
        g.Node("LayerNormalization", [x, scale, bias], [Attr.Int("axis", -1), Attr.Float("epsilon", epsilon)]);

    /// <summary>RMS normalisation over the last axis (Zhang and Sennrich, 2019).</summary>
    public static Value RmsNorm(this GraphBuilder g, Value x, Value scale, float epsilon) =>
        g.Node("SimplifiedLayerNormalization", [x, scale], [Attr.Int("axis", -1), Attr.Float("epsilon", epsilon), Attr.Int("stash_type", 1)]);

    /// <summary>sum = x + skip, then RMS normalisation of the sum, in one kernel.</summary>
    public static (Value Normed, Value Sum) SkipRmsNorm(this GraphBuilder g, Value x, Value skip, Value scale, float epsilon)
    {
        var outputs = g.Nodes("SkipSimplifiedLayerNormalization", 4, [x, skip, scale], [Attr.Float("epsilon", epsilon)], GraphBuilder.ContribDomain);
        return (outputs[0], outputs[3]);
    }

    /// <summary>sum = x + skip, then layer normalisation of the sum, in one kernel.</summary>
    public static (Value Normed, Value Sum) SkipLayerNorm(this GraphBuilder g, Value x, Value skip, Value scale, Value bias, float epsilon)
    {
        var outputs = g.Nodes("SkipLayerNormalization", 4, [x, skip, scale, bias], [Attr.Float("epsilon", epsilon)], GraphBuilder.ContribDomain);
        return (outputs[0], outputs[3]);
    }
}
