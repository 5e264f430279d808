using Microsoft.Extensions.Diagnostics.HealthChecks;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Health;

/// <summary>Healthy while a model is served by some silo.</summary>
internal sealed class ModelHealthCheck(DirectoryWatcher directory) : IHealthCheck
{
    public const string Name = "models";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(directory.Current.IsEmpty ? HealthCheckResult.Unhealthy("No model is served.") : HealthCheckResult.Healthy());
}
