using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace VisionCluster.Gateway.Auth;

/// <summary>Says at start that anybody may call, when no key is configured.</summary>
internal sealed class OpenServerWarning(ApiKeyAuthenticator authenticator, ILogger<OpenServerWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (authenticator.IsOpen)
            logger.Open();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
