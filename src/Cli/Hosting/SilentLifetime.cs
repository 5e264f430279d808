using Microsoft.Extensions.Hosting;

namespace VisionCluster.Cli.Hosting;

/// <summary>For commands that answer Ctrl-C themselves: the host neither listens to signals nor prints.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
