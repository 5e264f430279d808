using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>A device that holds a model.</summary>
internal sealed record ModelDevice(string SiloName, string SiloAddress, ModelReport Report)
{
    public string Id => $"{SiloName}/{Report.Device}";
}
