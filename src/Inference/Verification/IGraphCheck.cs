using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Inference.Verification;

/// <summary>Computes what a golden file holds from the inputs that it holds.</summary>
internal interface IGraphCheck
{
    /// <returns>Tensors by golden name.</returns>
    Dictionary<string, ComputedTensor> Compute(SafetensorsFile golden);
}
