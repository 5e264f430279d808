using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>A device that holds a model.</summary>
internal sealed record ModelDevice(string SiloName, string SiloAddress, ModelReport Report)
{
    public string Id => $"{SiloName}/{Report.Device}";

    /// <summary>Sequences for each slot: below 1 there is room.</summary>
    public double Load => (Report.Running + Report.Waiting) / (double)Math.Max(1, Report.KvSlots);
}
