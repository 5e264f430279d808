using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;
using VisionCluster.Shared;

namespace VisionCluster.Gateway.Admission;

/// <summary>Counts generations, tasks and picture checks against their bounds, and keeps some room for tenants below their share.</summary>
internal sealed class AdmissionGate(IOptions<GatewayOptions> options, TenantWeights weights, GatewayMetrics metrics)
{
    private readonly AdmissionOptions _options = options.Value.Admission;
    private readonly SemaphoreSlim _ingests = new(options.Value.Admission.MaxIngests);
    private readonly TenantPlaces _generations = new(options.Value.Admission.MaxGenerations, weights.AreShared);
    private readonly TenantPlaces _tasks = new(options.Value.Admission.MaxTasks, weights.AreShared);

    // Running and waiting.
    private readonly TenantPlaces _ingestsHeld = new(options.Value.Admission.MaxIngests + options.Value.Admission.MaxQueuedIngests, weights.AreShared);

    public int Generations => _generations.Taken;

    public string FullMessage => $"All {_options.MaxGenerations} generations are taken, or this tenant's share of them; retry later.";

    public bool TryEnterGeneration(string tenant, double weight)
    {
        if (!_generations.TryTake(tenant, weight))
            return false;
        metrics.Generations.Add(1);
        return true;
    }

    public void ExitGeneration(string tenant)
    {
        _generations.Release(tenant);
        metrics.Generations.Add(-1);
    }

    public bool TryEnterTask(string tenant) => _tasks.TryTake(tenant, weights.Of(tenant));

    public void ExitTask(string tenant) => _tasks.Release(tenant);

    /// <summary>Runs CPU work on a picture off the caller's thread, at most so many at once.</summary>
    /// <exception cref="RequestException">Too many wait.</exception>
    public async Task<T> IngestAsync<T>(string tenant, Func<T> work, CancellationToken cancellationToken)
    {
        if (!_ingestsHeld.TryTake(tenant, weights.Of(tenant)))
            throw RequestException.Exhausted("Too many pictures are waiting to be checked; retry later.", _options.RetryAfter);
        try
        {
            await _ingests.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(work, cancellationToken);
            }
            finally
            {
                _ingests.Release();
            }
        }
        finally
        {
            _ingestsHeld.Release(tenant);
        }
    }
}
