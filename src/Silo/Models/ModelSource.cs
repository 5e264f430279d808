using VisionCluster.Inference;

namespace VisionCluster.Silo.Models;

/// <summary>A model to load.</summary>
internal sealed record ModelSource(string Name, Func<CancellationToken, Task<IModelHost>> Load);
