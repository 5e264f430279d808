using VisionCluster.Inference.Diagnostics;
using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Encoding;

/// <summary>
/// Batches tiles that wait for one device, grouped by tile shape, on a thread of its own. Idle: an image is encoded at once. Busy: what
/// arrives during a run makes up the next batch, which may wait a moment for more.
/// </summary>
public sealed class EncoderBatcher : IAsyncDisposable
{
    private readonly IEncoderRunner _runner;
    private readonly EncoderBatcherOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly InferenceMetrics _metrics;
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _lock.
    private readonly EncoderQueue _queue;
    private TimeSpan _timePerTile = TimeSpan.FromMilliseconds(100);
    private DecayingRate _patches = new(keep: 0.9);
    private bool _stopped;

    /// <summary>Starts the batcher's thread. The runner is the batcher's from now on, which disposes it.</summary>
    /// <exception cref="ArgumentException">Options are not valid.</exception>
    public EncoderBatcher(IEncoderRunner runner, EncoderBatcherOptions options, TimeProvider? timeProvider = null)
    {
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        _runner = runner;
        _options = options;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _metrics = new InferenceMetrics(options.Model, options.Device);
        _queue = new EncoderQueue(options.MaxWaitingImages, options.MaxWaitingBytes);
        new Thread(Run) { IsBackground = true, Name = $"encode {options.Device}".TrimEnd() }.Start();
    }

    /// <summary>Patches a second while the encoder runs, 0 until it has; and patches that wait, by tenant.</summary>
    internal (double PatchesPerSecond, IReadOnlyList<(WorkOwner Owner, long Patches)> Waiting) Load
    {
        get
        {
            lock (_lock)
                return (_patches.PerSecond, _queue.Waiting());
        }
    }

    /// <summary>As the overload, on an account that all share.</summary>
    public Task<float[]> EncodeAsync(ProcessedImage image, CancellationToken cancellationToken) =>
        EncodeAsync(image, WorkOwner.Shared, cancellationToken);

    /// <summary>Encodes an image. An image that waits when its token is cancelled is never run.</summary>
    /// <returns>The embedding, <c>[tiles × tokens per tile, embedding]</c>.</returns>
    /// <exception cref="EncoderQueueFullException">Too many images wait: retry later.</exception>
    /// <exception cref="ArgumentException">The image's arrays do not have the sizes it claims.</exception>
    /// <exception cref="ObjectDisposedException">The batcher has been disposed.</exception>
    public async Task<float[]> EncodeAsync(ProcessedImage image, WorkOwner owner, CancellationToken cancellationToken)
    {
        CheckSizes(image);
        cancellationToken.ThrowIfCancellationRequested();
        var job = new EncoderJob(image, _timeProvider.GetTimestamp(), owner);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (!_queue.TryAdd(job))
                throw new EncoderQueueFullException(RetryAfter());
            _metrics.EncoderWaiting(1);
        }
        _wake.Set();
        await using var registration = cancellationToken.UnsafeRegister(static (state, token) =>
        {
            var (batcher, job) = ((EncoderBatcher, EncoderJob))state!;
            batcher.Cancel(job, token);
        }, (this, job)).ConfigureAwait(false);
        var values = await job.Completion.ConfigureAwait(false);
        InferenceTrace.Encoded(
            _timeProvider.GetElapsedTime(job.QueuedAt, job.StartedAt), _timeProvider.GetElapsedTime(job.StartedAt), image.Tiles);
        return values;
    }

    /// <summary>Waits for the run that is under way; images that wait fail. Disposes the runner.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _stopped = true;
        _wake.Set();
        await _ended.Task.ConfigureAwait(false);
    }

    private static void CheckSizes(ProcessedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var area = (long)image.Height * image.Width;
        var shape = $"{image.Tiles} tiles of {image.Width} x {image.Height} pixels";
        if (image.Tiles < 1 || area < 1 || image.PixelValues.Length != 3 * area * image.Tiles)
            throw new ArgumentException($"{shape} cannot have {image.PixelValues.Length} values.", nameof(image));
        if (image.PixelMask is { } mask && mask.Length != area * image.Tiles)
            throw new ArgumentException($"{shape} cannot have {mask.Length} mask values.", nameof(image));
    }

    private void Cancel(EncoderJob job, CancellationToken cancellationToken)
    {
        lock (_lock)
            Forget(job);
        job.Cancel(cancellationToken);
    }

    private void Forget(EncoderJob job)
    {
        if (_queue.Remove(job))
            _metrics.EncoderWaiting(-1);
    }

    /// <summary>The time of one batch: then some have left.</summary>
    private TimeSpan RetryAfter()
    {
        var time = _timePerTile * Math.Min(_queue.Tiles, _options.MaxBatchTiles);
        return time < _options.MinRetryAfter ? _options.MinRetryAfter : time > _options.MaxRetryAfter ? _options.MaxRetryAfter : time;
    }

    private void Run()
    {
        var batches = new EncoderBatchRunner(_runner, _metrics, _timeProvider);
        var batch = new List<EncoderBatchPart>();
        try
        {
            var busy = false;
            while (WaitForWork(ref busy))
            {
                if (busy)
                    WaitForCompany();
                TakeBatch(batch);
                if (batch.Count > 0)
                    RunBatch(batches, batch);
                batch.Clear();
                busy = true;
            }
        }
        finally
        {
            End();
        }
    }

    /// <summary>Blocks until an image waits; not busy any more if it had to. False once stopped.</summary>
    private bool WaitForWork(ref bool busy)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_stopped || _queue.Count > 0)
                    return !_stopped;
            }
            busy = false;
            _wake.WaitOne();
        }
    }

    private void WaitForCompany()
    {
        if (_options.BatchWindow == TimeSpan.Zero)
            return;
        var over = false;
        using var timer = _timeProvider.CreateTimer(
            _ =>
            {
                Volatile.Write(ref over, true);
                _wake.Set();
            }, null, _options.BatchWindow, Timeout.InfiniteTimeSpan);
        _options.BeforeWindow?.Invoke();
        while (!Volatile.Read(ref over))
        {
            lock (_lock)
            {
                if (_stopped || _queue.Count == 0 || _queue.NextBatchTiles(_options.MaxBatchTiles) == _options.MaxBatchTiles)
                    return;
            }
            _wake.WaitOne();
        }
    }

    private void TakeBatch(List<EncoderBatchPart> batch)
    {
        lock (_lock)
        {
            if (_stopped || _queue.Count == 0)
                return;
            var waiting = _queue.Count;
            _queue.Take(_options.MaxBatchTiles, batch);
            _metrics.EncoderWaiting(_queue.Count - waiting);
        }
        foreach (var (job, firstTile, _) in batch)
        {
            if (firstTile == 0)
            {
                job.StartedAt = _timeProvider.GetTimestamp();
                _metrics.EncoderQueued(_timeProvider.GetElapsedTime(job.QueuedAt));
            }
        }
    }

    private void RunBatch(EncoderBatchRunner batches, List<EncoderBatchPart> batch)
    {
        var started = _timeProvider.GetTimestamp();
        batches.Run(batch);
        var run = _timeProvider.GetElapsedTime(started);
        var time = run / batch.Sum(part => part.Tiles);
        lock (_lock)
        {
            _patches.Add(batch.Sum(part => part.Tiles * part.Job.PatchesPerTile), run);
            _timePerTile = (_timePerTile + time) / 2;
            foreach (var (job, _, _) in batch)
            {
                if (job.IsOver) // failed or cancelled with tiles left
                    Forget(job);
            }
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _stopped = true;
            while (_queue.First is { } job)
            {
                Forget(job);
                job.Fail(new ObjectDisposedException(nameof(EncoderBatcher)));
            }
        }
        _runner.Dispose();
        _ended.TrySetResult();
    }
}
