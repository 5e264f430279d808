using Google.Protobuf;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Families;
using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Compilation;

/// <summary>Where a family writes its graphs while a model is compiled.</summary>
internal sealed class CompilationTarget(string folder, ITensorSource weights, WeightFile file, LinearForm form, bool int8Encoders = false, bool kernels = false, DataType floats = DataType.Float)
{
    public ITensorSource Weights { get; } = weights;

    public WeightFile File { get; } = file;

    /// <summary>The form of a decoder's linear layers.</summary>
    public LinearForm Form { get; } = form;

    /// <summary>Whether graphs may use our own operators, which are for CPUs.</summary>
    public bool Kernels { get; } = kernels;

    /// <summary>
    /// Whether serving graphs compute in halves (float16 or bfloat16): on a GPU that is the fastest, and all that ONNX Runtime's attention over a
    /// cache does.
    /// </summary>
    public bool Halves => floats != DataType.Float;

    public StripWeights Strips { get; } = new();

    /// <summary>Builds one graph from the checkpoint's tensors and writes it.</summary>
    /// <returns>Bytes of the weights that it uses.</returns>
    public long Write(GraphKind kind, Action<GraphBuilder, WeightScope> build)
    {
        var graph = new GraphBuilder(kind.ToString(), File, FloatsOf(kind));

        // What is looked into stays float32.
        var int8 = int8Encoders && kind is (GraphKind.Encoder or GraphKind.VisionEncoder) ? new Int8Linear(graph, wholeInput: false, Kernels) : null;
        build(graph, new WeightScope(graph, Weights, "") { Int8 = int8 });
        using var stream = System.IO.File.Create(Path.Combine(folder, CompiledModel.GraphFile(kind)));
        graph.Build().WriteTo(stream);
        stream.Flush(flushToDisk: true);
        return graph.WeightBytes;
    }

    // Integers keep their floats around them; texts are short. Pictures are in float16 beside a decoder in bfloat16: their features are small.
    private DataType FloatsOf(GraphKind kind) => kind switch
    {
        GraphKind.Decoder or GraphKind.DecoderPrefix => floats,
        GraphKind.Encoder or GraphKind.VisionEncoder when Halves && !int8Encoders => DataType.Float16,
        _ => DataType.Float,
    };
}
