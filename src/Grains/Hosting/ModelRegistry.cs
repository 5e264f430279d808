using VisionCluster.Inference;

namespace VisionCluster.Grains.Hosting;

/// <summary>
/// The models that this silo serves: filled by the host as they load, used by its grains. A device may hold several revisions of one name.
/// Thread-safe.
/// </summary>
public sealed class ModelRegistry(TimeProvider time)
{
    private readonly Lock _lock = new();
    private volatile ModelPlacement[] _placements = [];

    public ModelRegistry()
        : this(TimeProvider.System)
    {
    }

    /// <summary>Raised after every change, on the thread that made it.</summary>
    public event Action? Changed;

    public IReadOnlyList<IModelHost> Hosts => [.. _placements.Select(p => p.Host)];

    internal IReadOnlyList<ModelPlacement> Placements => _placements;

    /// <exception cref="InvalidOperationException">The device holds that revision of the model already.</exception>
    public void Add(IModelHost host) => Add(host, isHeld: false, untilRestart: false);

    /// <summary>Takes a model out of service; the caller still owns the host.</summary>
    public bool Remove(IModelHost host)
    {
        lock (_lock)
        {
            if (!_placements.Any(p => p.Host == host))
                return false;
            _placements = [.. _placements.Where(p => p.Host != host)];
        }

        Changed?.Invoke();
        return true;
    }

    /// <param name="host">The model.</param>
    /// <param name="isHeld">Whether new sessions wait for an operator's choice.</param>
    /// <param name="untilRestart">Whether it was loaded at run time, so that a restart forgets it.</param>
    /// <exception cref="InvalidOperationException">The device holds that revision of the model already.</exception>
    internal ModelPlacement Add(IModelHost host, bool isHeld, bool untilRestart)
    {
        var placement = new ModelPlacement(host, isHeld, untilRestart, time.GetUtcNow());
        lock (_lock)
        {
            if (Place(host.Name, host.Revision, host.Device) is not null)
                throw new InvalidOperationException($"Model '{host.Name}' is on device {host.Device} in revision {host.Revision} already.");
            _placements = [.. _placements, placement];
        }

        Changed?.Invoke();
        return placement;
    }

    /// <summary>Tells gateways to send nothing more to a model.</summary>
    /// <returns>False if that was said before.</returns>
    internal bool TryRetire(ModelPlacement placement)
    {
        lock (_lock)
        {
            if (placement.IsRetiring || !_placements.Contains(placement))
                return false;
            placement.SetRetiring();
        }

        Changed?.Invoke();
        return true;
    }

    /// <returns>Null when the device does not hold the model in that revision.</returns>
    internal ModelPlacement? Place(string name, string revision, string device) =>
        _placements.FirstOrDefault(p => p.Host.Name == name && p.Host.Revision == revision && p.Host.Device == device);

    /// <summary>The model on one device; null when it is not there in that revision, or leaves.</summary>
    internal ModelLease? TryUse(string name, string revision, string device) => Place(name, revision, device)?.TryUse();

    /// <summary>The model where it was used before; null when it is not there any more, or leaves.</summary>
    internal ModelLease? TryUse(IModelHost host) => _placements.FirstOrDefault(p => p.Host == host)?.TryUse();

    /// <summary>A device that generates with the model: the preferred one while it has room, else the least busy; null when there is none.</summary>
    internal ModelLease? TryUseGenerator(string name, string revision, string? preferred) => _placements
        .Where(p => p.Host.Name == name && p.Host.Revision == revision && p.Host.Decoder is not null)
        .Select(p => (Place: p, p.Host.Decoder!.Status))
        .OrderBy(p => p.Place.Host.Device == preferred && HasRoom(p.Status) ? 0 : 1)
        .ThenBy(p => Load(p.Status))
        .Select(p => p.Place)
        .Select(p => p.TryUse())
        .FirstOrDefault(lease => lease is not null);

    private static bool HasRoom(Inference.Decoding.DecodeEngineStatus status) => status.SlotsFree + status.SlotsIdle > status.Waiting;

    private static int Load(Inference.Decoding.DecodeEngineStatus status) => status.Running + status.Waiting;
}
