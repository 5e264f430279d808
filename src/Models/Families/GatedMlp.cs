using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>down(act(gate(x)) · up(x)) (Shazeer, 2020), as Llama, Mistral, Gemma and Idefics2's connector have it.</summary>
internal static class GatedMlp
{
    /// <param name="graph">The graph.</param>
    /// <param name="activation">act.</param>
    /// <param name="x">x.</param>
    /// <param name="linear">A layer by its name in the checkpoint: <c>gate_proj</c>, <c>up_proj</c> or <c>down_proj</c>.</param>
    public static Value Build(GraphBuilder graph, string activation, Value x, Func<string, Value, Value> linear)
    {
        var gate = Activations.Apply(graph, activation, linear("gate_proj", x));
        return linear("down_proj", graph.Mul(gate, linear("up_proj", x)));
    }

    /// <summary>With float layers.</summary>
    public static Value Build(GraphBuilder graph, WeightScope scope, string activation, Value x, (int Inputs, int Inner, int Outputs) sizes) => Build(
        graph, activation, x, (name, input) => name == "down_proj"
            ? scope.Linear(input, name, sizes.Inner, sizes.Outputs, bias: false)
            : scope.Linear(input, name, sizes.Inputs, sizes.Inner, bias: false));
}
