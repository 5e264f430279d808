using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>A device that holds a model.</summary>
internal sealed record ModelDevice(string SiloName, string SiloAddress, ModelReport Report)
{
    // Kept, since every request looks at every device.
    public string Id { get; } = $"{SiloName}/{Report.Device}";

    /// <summary>How much it wants a picture, by the picture's <see cref="Rendezvous.Seed"/>.</summary>
    public ulong Weight(ulong picture) => Rendezvous.Weight(_seed, picture);

    private readonly ulong _seed = Rendezvous.Seed($"{SiloName}/{Report.Device}");
}
