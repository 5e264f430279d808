using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Models.Families;

/// <summary>A text model by itself: Llama (SmolLM2), Mistral, Gemma.</summary>
internal sealed class LlamaFamily(string type, ConfigSection config) : ModelFamily
{
    private readonly LlamaConfig _config = LlamaConfig.Read(config, type);

    public override string ModelType { get; } = type;

    public override ModelParts Compile(CompilationTarget target) => new() { Decoder = CompileDecoder(target, _config, ("model", "")) };
}
