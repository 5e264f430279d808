using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;

namespace VisionCluster.Models.Families;

/// <summary>A text model by itself: Llama (SmolLM2), Mistral, Gemma.</summary>
internal sealed class LlamaFamily(string type, ConfigSection config) : ModelFamily
{
    private readonly LlamaConfig _config = LlamaConfig.Read(config, type);

    public override string ModelType { get; } = type;

    public override ModelParts Compile(CompilationTarget target) => new() { Decoder = CompileDecoder(target, _config, ("model", "")) };

    public override ModelParts DescribeExport() => new() { Decoder = DescribeDecoder(_config) };

    public override void Export(ExportTarget target) => target.Write(
        ExportTarget.TextModel, (graph, root) => new LlamaDecoder(_config, graph, root.Sub("model"), root).BuildExport(takesIds: true));
}
