using VisionCluster.Inference;

namespace VisionCluster.Grains.Hosting;

/// <summary>A model on this silo's device, and what uses it now.</summary>
internal sealed class ModelPlacement(IModelHost host, bool isHeld, bool untilRestart, DateTimeOffset loadedAt)
{
    private volatile bool _retiring;

    public IModelHost Host { get; } = host;

    /// <summary>New sessions take it only once it is chosen.</summary>
    public bool IsHeld { get; } = isHeld;

    /// <summary>It was loaded at run time: a restart forgets it.</summary>
    public bool UntilRestart { get; } = untilRestart;

    public DateTimeOffset LoadedAt { get; } = loadedAt;

    /// <summary>Gateways are told to send nothing any more.</summary>
    public bool IsRetiring => _retiring;

    /// <summary>Counts what runs on it.</summary>
    public DrainGate Gate { get; } = new();

    /// <returns>Null once it drains.</returns>
    public ModelLease? TryUse() => Gate.TryEnter() ? new ModelLease(this) : null;

    public void SetRetiring() => _retiring = true;
}
