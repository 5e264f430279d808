using Google.Protobuf;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Families;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Compilation;

/// <summary>Where a family writes its graphs while a model is compiled.</summary>
internal sealed class CompilationTarget(string folder, ITensorSource weights, WeightFile file)
{
    public ITensorSource Weights { get; } = weights;

    public WeightFile File { get; } = file;

    /// <summary>Builds one graph from the checkpoint's tensors and writes it.</summary>
    public void Write(GraphKind kind, Action<GraphBuilder, WeightScope> build)
    {
        var graph = new GraphBuilder(kind.ToString(), File);
        build(graph, new WeightScope(graph, Weights, ""));
        using var stream = System.IO.File.Create(Path.Combine(folder, CompiledModel.GraphFile(kind)));
        graph.Build().WriteTo(stream);
        stream.Flush(flushToDisk: true);
    }
}
