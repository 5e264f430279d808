using VisionCluster.Inference;

namespace VisionCluster.Grains.Hosting;

/// <summary>The models that this silo serves: filled by the host as they load, read by its grains. Thread-safe.</summary>
public sealed class ModelRegistry
{
    private readonly Lock _lock = new();
    private volatile IModelHost[] _hosts = [];

    /// <summary>Raised after every change, on the thread that made it.</summary>
    public event Action? Changed;

    public IReadOnlyList<IModelHost> Hosts => _hosts;

    /// <exception cref="InvalidOperationException">The device holds a model of that name already.</exception>
    public void Add(IModelHost host)
    {
        lock (_lock)
        {
            if (_hosts.Any(h => h.Name == host.Name && h.Device == host.Device))
                throw new InvalidOperationException($"Model '{host.Name}' is on device {host.Device} already.");
            _hosts = [.. _hosts, host];
        }

        Changed?.Invoke();
    }

    /// <summary>Takes a model out of service; the caller still owns the host.</summary>
    public bool Remove(IModelHost host)
    {
        lock (_lock)
        {
            if (!_hosts.Contains(host))
                return false;
            _hosts = [.. _hosts.Where(h => h != host)];
        }

        Changed?.Invoke();
        return true;
    }

    internal bool Contains(IModelHost host) => _hosts.Contains(host);

    /// <summary>The model on one device; null when it is not there in that revision.</summary>
    internal IModelHost? Find(string name, string revision, string device) =>
        _hosts.FirstOrDefault(h => h.Name == name && h.Revision == revision && h.Device == device);

    /// <summary>The least busy device that generates with the model; null when there is none.</summary>
    internal IModelHost? FindGenerator(string name, string revision) =>
        _hosts.Where(h => h.Name == name && h.Revision == revision && h.Decoder is not null).MinBy(h => Load(h.Decoder!.Status));

    private static int Load(Inference.Decoding.DecodeEngineStatus status) => status.Running + status.Waiting;
}
