using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>The directory's view, turned round: models and their devices.</summary>
internal sealed class ClusterModels
{
    private readonly Dictionary<string, ServedModel> _models;

    private readonly Dictionary<(string Name, string Revision), ServedModel> _revisions;

    private readonly Dictionary<string, string> _siloNames = new(StringComparer.Ordinal); // by address

    private ClusterModels(IReadOnlyList<ServedModel> revisions)
    {
        _revisions = revisions.ToDictionary(m => (m.Name, m.Revision));
        foreach (var device in revisions.SelectMany(m => m.Devices))
            _siloNames[device.SiloAddress] = device.SiloName;
        _models = revisions.GroupBy(m => m.Name)
            .Select(g => g.OrderByDescending(m => m.Devices.Count).ThenBy(m => m.Revision, StringComparer.Ordinal).First())
            .ToDictionary(m => m.Name, StringComparer.Ordinal);
    }

    public static ClusterModels Empty { get; } = new([]);

    /// <summary>Every model that a silo serves, by name.</summary>
    public IEnumerable<ServedModel> All => _models.Values.OrderBy(m => m.Name, StringComparer.Ordinal);

    public bool IsEmpty => _models.Count == 0;

    /// <summary>Silos that drain do not count. While two revisions are out (a rolling update), the one on more devices serves.</summary>
    public static ClusterModels From(DirectoryView view)
    {
        var devices = view.Silos.Where(s => !s.Draining)
            .SelectMany(s => s.Models.Select(m => new ModelDevice(s.Name, s.Address, m)));
        return new ClusterModels([.. devices.GroupBy(d => (d.Report.Name, d.Report.Revision))
            .Select(g => new ServedModel(g.First().Report, [.. g]))]);
    }

    /// <summary>The revision that an answer began with; null when no silo serves it.</summary>
    public ServedModel? Find(string name, string revision) => _revisions.GetValueOrDefault((name, revision));

    /// <returns>Empty for a silo that serves nothing (any more).</returns>
    public string SiloName(string siloAddress) => _siloNames.GetValueOrDefault(siloAddress, "");

    public ServedModel? Find(string name) => _models.GetValueOrDefault(name);
}
