using VisionCluster.Inference;

namespace VisionCluster.Grains.Hosting;

/// <summary>The right to use a model until disposed: it is not freed before.</summary>
internal sealed class ModelLease(ModelPlacement placement) : IDisposable
{
    private int _disposed;

    public IModelHost Host => placement.Host;

    /// <summary>Cancelled when what still runs on the model shall stop and go on elsewhere.</summary>
    public CancellationToken HandOverRequested => placement.Gate.HandOverRequested;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            placement.Gate.Exit();
    }
}
