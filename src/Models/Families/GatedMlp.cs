using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>down(act(gate(x)) · up(x)) (Shazeer, 2020), as Llama, Mistral, Gemma and Idefics2's connector have it.</summary>
internal sealed class GatedMlp(GraphBuilder graph, string activation, int inputs, int inner, int outputs)
{
    public Value Build(WeightScope scope, Value x, bool bias)
    {
        var gate = Activations.Apply(graph, activation, scope.Linear(x, "gate_proj", inputs, inner, bias));
        return scope.Linear(graph.Mul(gate, scope.Linear(x, "up_proj", inputs, inner, bias)), "down_proj", inner, outputs, bias);
    }
}
