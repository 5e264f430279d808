using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Admission;

/// <summary>Counts generations and picture checks against their bounds.</summary>
internal sealed class AdmissionGate(IOptions<GatewayOptions> options, GatewayMetrics metrics)
{
    private readonly AdmissionOptions _options = options.Value.Admission;
    private readonly SemaphoreSlim _ingests = new(options.Value.Admission.MaxIngests);
    private int _generations; // at most MaxGenerations
    private int _tasks; // at most MaxTasks
    private int _ingestsHeld; // running and waiting: at most MaxIngests + MaxQueuedIngests

    public int Generations => Volatile.Read(ref _generations);

    /// <summary>Takes a generation's place until the result is disposed.</summary>
    /// <exception cref="RequestException">All are taken.</exception>
    public IDisposable EnterGeneration()
    {
        if (Interlocked.Increment(ref _generations) <= _options.MaxGenerations)
        {
            metrics.Generations.Add(1);
            return new GenerationPlace(this);
        }

        Interlocked.Decrement(ref _generations);
        metrics.Refused.Add(1);
        throw RequestException.Exhausted($"All {_options.MaxGenerations} generations are taken; retry later.", _options.RetryAfter);
    }

    public bool TryEnterTask()
    {
        if (Interlocked.Increment(ref _tasks) <= _options.MaxTasks)
            return true;
        Interlocked.Decrement(ref _tasks);
        return false;
    }

    public void ExitTask() => Interlocked.Decrement(ref _tasks);

    /// <summary>Runs CPU work on a picture off the caller's thread, at most so many at once.</summary>
    /// <exception cref="RequestException">Too many wait.</exception>
    public async Task<T> IngestAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _ingestsHeld) > _options.MaxIngests + _options.MaxQueuedIngests)
                throw RequestException.Exhausted("Too many pictures are waiting to be checked; retry later.", _options.RetryAfter);
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
            Interlocked.Decrement(ref _ingestsHeld);
        }
    }

    private void ExitGeneration()
    {
        Interlocked.Decrement(ref _generations);
        metrics.Generations.Add(-1);
    }

    private sealed class GenerationPlace(AdmissionGate gate) : IDisposable
    {
        public void Dispose() => gate.ExitGeneration();
    }
}
