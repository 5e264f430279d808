using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Admission;

namespace VisionCluster.Gateway.Routing;

/// <summary>A model in one revision, and the devices that serve it.</summary>
internal sealed record ServedModel(ModelReport Description, IReadOnlyList<ModelDevice> Devices)
{
    /// <summary>Its devices as one.</summary>
    public ModelLoad Load { get; } = new(Devices);

    /// <summary>For devices that have not measured theirs.</summary>
    public DeviceRates Rates { get; } = new(Devices);

    public string Name => Description.Name;

    public string Revision => Description.Revision;

    /// <summary>Name and revision: a device that holds two revisions counts the work of each by itself.</summary>
    public (string Name, string Revision) Key => (Name, Revision);

    public string ProcessorDigest => Description.ProcessorDigest;

    public bool TakesImages => ProcessorDigest.Length > 0;

    public bool Generates => Has(ModelTask.Generate);

    /// <summary>New sessions take it only once it is chosen.</summary>
    public bool IsHeld => Devices.All(d => d.Report.Held);

    /// <summary>When it came to the cluster.</summary>
    public DateTimeOffset FirstLoadedAt => Devices.Min(d => d.Report.LoadedAt);

    public bool Has(string task) => Description.Tasks.Contains(task);

    /// <summary>
    /// The device for an image, by <see cref="Rendezvous"/>: all gateways send one image to one device, and a device that joins or leaves moves
    /// only its own share.
    /// </summary>
    /// <param name="imageKey">The image.</param>
    /// <param name="avoid">Addresses of silos that just failed: with one of its devices all of them did. Used only where there is no other.</param>
    public ModelDevice EncoderFor(string imageKey, params IReadOnlyCollection<string> avoid)
    {
        var picture = Rendezvous.Seed(imageKey);
        return avoid.Count == 0 ? HomeOf(picture) : Devices.Where(device => !avoid.Contains(device.SiloAddress)).MaxBy(device => device.Weight(picture))
            ?? HomeOf(picture);
    }

    /// <summary>The device for a <see cref="Rendezvous.Seed"/>.</summary>
    public ModelDevice HomeOf(ulong seed) => Devices.MaxBy(device => device.Weight(seed))!;
}
