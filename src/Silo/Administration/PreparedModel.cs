using VisionCluster.Inference;

namespace VisionCluster.Silo.Administration;

/// <summary>A compiled model, ready to be put on a device.</summary>
/// <param name="Name">What clients call it.</param>
/// <param name="Revision">Digest of weights, configuration and form.</param>
/// <param name="Device">Such as <c>cpu:0</c>.</param>
/// <param name="WeightBytes">What its files take, in bytes.</param>
/// <param name="Load">Opens its sessions.</param>
public sealed record PreparedModel(string Name, string Revision, string Device, long WeightBytes, Func<IModelHost> Load);
