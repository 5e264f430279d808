using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Admission;

namespace VisionCluster.Gateway.Routing;

/// <summary>A model in one revision, and the devices that serve it.</summary>
internal sealed record ServedModel(ModelReport Description, IReadOnlyList<ModelDevice> Devices)
{
    /// <summary>Its devices as one.</summary>
    public ModelLoad Load { get; } = new(Devices);

    public string Name => Description.Name;

    public string Revision => Description.Revision;

    public string ProcessorDigest => Description.ProcessorDigest;

    public bool TakesImages => ProcessorDigest.Length > 0;

    public bool Generates => Has(ModelTask.Generate);

    public bool Has(string task) => Description.Tasks.Contains(task);

    /// <summary>
    /// The first devices in the order to try for an image, by <see cref="Rendezvous"/>: all gateways send one image to one device, and a device
    /// that joins or leaves moves only its own share.
    /// </summary>
    /// <param name="imageKey">The image.</param>
    /// <param name="count">How many; fewer where there are fewer.</param>
    public IReadOnlyList<ModelDevice> EncodersFor(string imageKey, int count)
    {
        var picture = Rendezvous.Seed(imageKey);
        var (first, weights) = (new List<ModelDevice>(count + 1), new List<ulong>(count + 1));
        foreach (var device in Devices)
        {
            var weight = device.Weight(picture);
            if (first.Count == count && weight <= weights[^1])
                continue;
            var place = weights.FindIndex(w => weight > w) is var better and >= 0 ? better : first.Count;
            first.Insert(place, device);
            weights.Insert(place, weight);
            if (first.Count > count)
            {
                first.RemoveAt(count);
                weights.RemoveAt(count);
            }
        }

        return first;
    }
}
