using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>The directory's view, turned round: models and their devices.</summary>
internal sealed class ClusterModels
{
    private readonly Dictionary<string, ServedModel> _models;

    private readonly Dictionary<(string Name, string Revision), ServedModel> _revisions;

    private readonly Dictionary<string, string> _siloNames = new(StringComparer.Ordinal); // by address

    private ClusterModels(IReadOnlyList<ServedModel> revisions, Func<string, string?> chosen)
    {
        _revisions = revisions.ToDictionary(m => (m.Name, m.Revision));
        foreach (var device in revisions.SelectMany(m => m.Devices))
            _siloNames[device.SiloAddress] = device.SiloName;
        _models = revisions.GroupBy(m => m.Name)
            .Select(g => ServingPolicy.Choose([.. g], chosen(g.Key)))
            .ToDictionary(m => m.Name, StringComparer.Ordinal);
    }

    public static ClusterModels Empty { get; } = new([], _ => null);

    /// <summary>Every model that a silo serves, by name.</summary>
    public IEnumerable<ServedModel> All => _models.Values.OrderBy(m => m.Name, StringComparer.Ordinal);

    public bool IsEmpty => _models.Count == 0;

    /// <summary>Silos that drain, and models that are being unloaded, do not count.</summary>
    /// <param name="view">The directory's.</param>
    /// <param name="chosen">The revision of a model that an operator chose; null without one.</param>
    public static ClusterModels From(DirectoryView view, Func<string, string?> chosen)
    {
        var devices = view.Silos.Where(s => !s.Draining)
            .SelectMany(s => s.Models.Where(m => !m.Retiring).Select(m => new ModelDevice(s.Name, s.Address, m)));
        return new ClusterModels([.. devices.GroupBy(d => (d.Report.Name, d.Report.Revision))
            .Select(g => new ServedModel(g.First().Report, [.. g]))], chosen);
    }

    /// <summary>The revision that an answer began with; null when no silo serves it.</summary>
    public ServedModel? Find(string name, string revision) => _revisions.GetValueOrDefault((name, revision));

    /// <summary>The revision that begins so; null when none, or more than one, does.</summary>
    public ServedModel? FindByDigits(string name, string digits) =>
        _revisions.Values.Where(m => m.Name == name && m.Revision.StartsWith(digits, StringComparison.OrdinalIgnoreCase)).ToArray() is [var only]
            ? only : null;

    /// <returns>Empty for a silo that serves nothing (any more).</returns>
    public string SiloName(string siloAddress) => _siloNames.GetValueOrDefault(siloAddress, "");

    public ServedModel? Find(string name) => _models.GetValueOrDefault(name);
}
