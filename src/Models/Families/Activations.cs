using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>Activation functions by their names in <c>config.json</c> (transformers' ACT2FN).</summary>
internal static class Activations
{
    public static void Require(string name, string option)
    {
        if (!IsKnown(name))
        {
            throw new ModelException($"config.json: {option} = {name} is not a supported activation.");
        }
    }

    /// <summary>The same as a part of a product; none where it is not.</summary>
    public static GateActivation GateOf(string name) => name switch
    {
        "silu" or "swish" => GateActivation.Silu,
        "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" or "gelu_accurate" or "gelu_python_tanh" => GateActivation.GeluTanh,
        _ => GateActivation.None,
    };

    /// <summary>The same as a part of a pass over rows; null where it is not.</summary>
    public static RowActivation? RowOf(string name) => name switch
    {
        "gelu" or "gelu_python" => RowActivation.Gelu,
        "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" or "gelu_accurate" or "gelu_python_tanh" => RowActivation.GeluTanh,
        "quick_gelu" => RowActivation.QuickGelu,
        _ => null,
    };

    private static bool IsKnown(string name) =>
        name is "gelu" or "gelu_python" or "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" or "gelu_accurate" or "gelu_python_tanh"
            or "quick_gelu" or "silu" or "swish" or "relu" or "tanh";

    public static Value Apply(GraphBuilder g, string name, Value x) => name switch
    {
        // The erf form.
        "gelu" or "gelu_python" => g.Node("Gelu", [x], [Attr.String("approximate", "none")]),

        // The tanh form.
        "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" or "gelu_accurate" or "gelu_python_tanh" =>
            g.Node("Gelu", [x], [Attr.String("approximate", "tanh")]),

        // x * sigmoid(alpha * x).
        "quick_gelu" => g.Node("QuickGelu", [x], [Attr.Float("alpha", 1.702f)], GraphBuilder.ContribDomain),
        "silu" or "swish" => g.Node("QuickGelu", [x], [Attr.Float("alpha", 1f)], GraphBuilder.ContribDomain),
        "relu" => g.Node("Relu", [x]),
        "tanh" => g.Node("Tanh", [x]),
        _ => throw new InvalidOperationException($"Activation {name} was not checked at load."),
    };
}
