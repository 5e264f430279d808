using VisionCluster.Models.Quantization;

namespace VisionCluster.Silo;

/// <summary>Options of one model, by its name.</summary>
public sealed class SiloModelOptions
{
    /// <summary>Form of its decoder: auto, fp32, int8 or int4. A model that cannot take it is refused. Default auto.</summary>
    public string Precision { get; set; } = ModelPrecision.Auto.Name();
}
