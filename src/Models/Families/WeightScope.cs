using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Families;

/// <summary>Tensors below a name prefix of a checkpoint, as initializers of a graph in the layout that the operators want.</summary>
internal readonly record struct WeightScope(GraphBuilder Graph, ITensorSource Weights, string Prefix)
{
    /// <summary>Set where <see cref="LayerLinear"/> shall multiply integers.</summary>
    public Int8Linear? Int8 { get; init; }

    /// <summary>Multiplies the linear layers below this scope: in float32 unless a decoder's form is another.</summary>
    public LinearLayer Layer { get => field ?? new LinearLayer(Graph, LinearForm.Float); init; }

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
        var product = Layer.Multiply(x, MatrixSource.Of(Weights, $"{Prefix}{name}.weight", outputs, inputs));
        return bias ? Graph.Add(product, Tensor($"{name}.bias", outputs)) : product;
    }

    /// <summary>The same for a block of an encoder, in 8 bits where this scope says so; heads are small and stay float.</summary>
    public Value LayerLinear(Value x, string name, int inputs, int outputs, bool bias)
    {
        if (Int8 is null)
        {
            return Linear(x, name, inputs, outputs, bias);
        }

        var product = Int8.Multiply(x, MatrixSource.Of(Weights, $"{Prefix}{name}.weight", outputs, inputs));
        return bias ? Graph.Add(product, Tensor($"{name}.bias", outputs)) : product;
    }

    /// <summary>A layer norm's scale and bias; BERT's first checkpoints call them gamma and beta.</summary>
    public (Value Scale, Value Bias) Norm(string name, int size) => Has($"{name}.gamma")
        ? (Tensor($"{name}.gamma", size), Tensor($"{name}.beta", size))
        : (Tensor($"{name}.weight", size), Tensor($"{name}.bias", size));

    /// <summary>
    /// The first of some places that has a tensor: names changed over the years. Without any, the first place, where reading the tensor
    /// will name what is missing.
    /// </summary>
    public WeightScope Find(string tensor, params ReadOnlySpan<string> places)
    {
        foreach (var place in places)
        {
            var scope = place.Length == 0 ? this : Sub(place);
            if (scope.Has(tensor))
            {
                return scope;
            }
        }

        return places[0].Length == 0 ? this : Sub(places[0]);
    }
}
