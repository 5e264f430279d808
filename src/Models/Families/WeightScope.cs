using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>Tensors below a name prefix of a checkpoint, as initializers of a graph in the layout that the operators want.</summary>
internal readonly record struct WeightScope(GraphBuilder Graph, CheckpointWeights Weights, string Prefix)
{
    public WeightScope Sub(string name) => this with { Prefix = $"{Prefix}{name}." };

    public bool Has(string name) => Weights.Contains(Prefix + name);

    /// <summary>The checkpoint's tensor as it is.</summary>
    public Value Tensor(string name, params long[] shape)
    {
        var (weights, full) = (Weights, Prefix + name);
        return Graph.Weight(full, shape, () => weights.ReadFloats(full, shape));
    }

    /// <summary>x · Wᵀ (+ b): a linear layer stored [out, in], multiplied as [in, out].</summary>
    public Value Linear(Value x, string name, int inputs, int outputs, bool bias)
    {
        var (weights, full) = (Weights, $"{Prefix}{name}.weight");
        var matrix = Graph.Weight($"{full}.T", [inputs, outputs], () => Layout.Transpose(weights.ReadFloats(full, outputs, inputs), outputs, inputs));
        var product = Graph.MatMul(x, matrix);
        return bias ? Graph.Add(product, Tensor($"{name}.bias", outputs)) : product;
    }

    public (Value Scale, Value Bias) Norm(string name, int size) => (Tensor($"{name}.weight", size), Tensor($"{name}.bias", size));
}
