using VisionCluster.Inference;

namespace VisionCluster.Grains.Hosting;

/// <summary>The right to use a model until disposed: it is not freed before.</summary>
internal sealed class ModelLease(ModelPlacement placement) : IDisposable
{
    private int _disposed;

    public IModelHost Host => placement.Host;

    /// <summary>As <see cref="DrainGate.OnHandOver"/>, for what runs on the model.</summary>
    public IDisposable OnHandOver(Action move) => placement.Gate.OnHandOver(move);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            placement.Gate.Exit();
    }
}
