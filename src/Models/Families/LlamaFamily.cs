using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Models.Families;

/// <summary>A Llama text model (<c>model_type: llama</c>), such as SmolLM2.</summary>
internal sealed class LlamaFamily(ConfigSection config) : ModelFamily
{
    private readonly LlamaConfig _config = LlamaConfig.Read(config);

    public override string ModelType => "llama";

    public override (DecoderManifest?, EncoderManifest?) Compile(CompilationTarget target) => (CompileLlama(target, _config, "model"), null);
}
