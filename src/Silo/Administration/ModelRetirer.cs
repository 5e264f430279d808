using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Grains.Hosting;

namespace VisionCluster.Silo.Administration;

/// <summary>
/// Takes a model out of service: gateways are told, and have a moment to hear it; then it refuses new work, what runs may end within a
/// bound, what is left goes on elsewhere, and its memory is freed.
/// </summary>
internal sealed class ModelRetirer(ModelRegistry registry, IOptions<SiloOptions> options, TimeProvider time, ILogger<ModelRetirer> logger)
{
    private static readonly TimeSpan HandOverTimeout = TimeSpan.FromSeconds(5); // a step of the device, and a message

    /// <param name="placement">The model.</param>
    /// <param name="drain">How long running work may take to end; null: <see cref="SiloOptions.DrainTimeout"/>.</param>
    /// <returns>Completes when its memory is freed; null if it is being retired already.</returns>
    public Task? TryBegin(ModelPlacement placement, TimeSpan? drain) =>
        registry.TryRetire(placement) ? Task.Run(() => RetireAsync(placement, drain ?? options.Value.DrainTimeout)) : null;

    private async Task RetireAsync(ModelPlacement placement, TimeSpan drain)
    {
        var host = placement.Host;
        logger.Unloading(host.Name, host.Revision);
        try
        {
            await Task.Delay(options.Value.RetireGrace, time);
            var drained = placement.Gate.DrainAsync();
            await drained.WaitAsync(drain, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!drained.IsCompleted)
            {
                logger.UnloadingHandsOver(host.Name, drain);
                await placement.Gate.HandOverAsync(time);
                await drained.WaitAsync(HandOverTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await host.DisposeAsync();
            logger.Unloaded(host.Name, host.Revision);
        }
        catch (Exception e)
        {
            logger.NotUnloaded(e, host.Name);
        }
        finally
        {
            registry.Remove(host); // last: while it is listed, its memory is in use
        }
    }
}
