using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
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
    /// Devices in the order to try for an image: rendezvous hashing (Thaler and Ravishankar, 1998), so that all gateways send one image to
    /// one device and a device that joins or leaves moves only its own share.
    /// </summary>
    public IReadOnlyList<ModelDevice> EncodersFor(string imageKey) =>
        [.. Devices.OrderByDescending(d => Weight(d.Id, imageKey))];

    private static ulong Weight(string deviceId, string imageKey) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(deviceId + "/" + imageKey)));
}
