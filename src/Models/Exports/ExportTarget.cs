using Google.Protobuf;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Families;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Exports;

/// <summary>Where a family writes graphs of the hub's usual layout. Each has its weights beside it, as <c>NAME.onnx_data</c>.</summary>
internal sealed class ExportTarget(string folder, ITensorSource weights, bool quantized = false)
{
    public const string Decoder = "decoder_model_merged";
    public const string Embedder = "embed_tokens";
    public const string Encoder = "vision_encoder";

    /// <summary>The decoder of a text model.</summary>
    public const string TextModel = "model";

    /// <summary>The image side of a model that matches images with texts.</summary>
    public const string VisionModel = "vision_model";

    /// <summary>Writes a vision encoder, and where asked for its 8-bit form (transformers.js calls it <c>q8</c>).</summary>
    public void WriteEncoder(string name, Action<GraphBuilder, WeightScope> build)
    {
        Write(name, build);
        if (quantized)
        {
            Write($"{name}_quantized", (graph, root) => build(graph, root with { Int8 = new Int8Linear(graph, wholeInput: true) }));
        }
    }

    public void Write(string name, Action<GraphBuilder, WeightScope> build)
    {
        using var file = new WeightFile(Path.Combine(folder, $"{name}.onnx_data"));
        var graph = new GraphBuilder(name, file);
        build(graph, new WeightScope(graph, weights, ""));
        using var stream = File.Create(Path.Combine(folder, $"{name}.onnx"));
        graph.Build().WriteTo(stream);
        file.Flush();
    }
}
