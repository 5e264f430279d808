using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference;

namespace VisionCluster.Silo.Models;

/// <summary>Loads the configured models in order; one that fails is logged and does not stop the others.</summary>
internal sealed class ModelLoader(IEnumerable<ModelSource> sources, ModelRegistry registry, ILogger<ModelLoader> logger)
    : BackgroundService, IAsyncDisposable
{
    private readonly List<IModelHost> _owned = [];

    /// <summary>After the silo has stopped, so nothing runs on the models any more.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in _owned)
        {
            registry.Remove(host);
            await host.DisposeAsync();
        }

        _owned.Clear();
        Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var source in sources)
        {
            try
            {
                var host = await Task.Run(() => source.Load(stoppingToken), stoppingToken);
                _owned.Add(host);
                registry.Add(host);
                logger.ModelLoaded(host.Name, host.Device, host.Precision);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                logger.ModelNotLoaded(e, source.Name);
            }
        }
    }
}
