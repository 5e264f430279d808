using System.Threading.Channels;
using VisionCluster.Inference.Onnx;

namespace VisionCluster.Inference.Tasks;

/// <summary>
/// Runs texts that wait for one device together: what arrives during a run makes up the next batch. A batch that fails is run again text
/// by text, so that only the text at fault fails.
/// </summary>
internal sealed class TextBatcher : IAsyncDisposable
{
    private readonly OnnxTextRunner _runner;
    private readonly TextEncoderOptions _options;
    private readonly int _padId;
    private readonly Channel<TextJob> _waiting; // at most MaxWaitingTexts
    private readonly Task _loop;

    /// <summary>Starts the batcher; the runner is the batcher's from now on, which disposes it.</summary>
    public TextBatcher(OnnxTextRunner runner, int padId, TextEncoderOptions options)
    {
        (_runner, _padId, _options) = (runner, padId, options);
        _waiting = Channel.CreateBounded<TextJob>(new BoundedChannelOptions(options.MaxWaitingTexts) { SingleReader = true });
        _loop = Task.Run(RunAsync);
    }

    /// <returns>The text's features.</returns>
    /// <exception cref="TextQueueFullException">Too many texts wait.</exception>
    /// <exception cref="ObjectDisposedException">The batcher has been disposed.</exception>
    public Task<float[]> EncodeAsync(int[] ids, int[] mask, CancellationToken cancellationToken)
    {
        var job = new TextJob(ids, mask, cancellationToken);
        if (!_waiting.Writer.TryWrite(job))
        {
            ObjectDisposedException.ThrowIf(_waiting.Reader.Completion.IsCompleted || _loop.IsCompleted, this);
            throw new TextQueueFullException(_options.RetryAfter);
        }

        return job.Completion.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for the run that is under way; texts that wait fail.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete(new ObjectDisposedException(nameof(TextBatcher)));
        while (_waiting.Reader.TryRead(out var job))
        {
            job.Fail(new ObjectDisposedException(nameof(TextBatcher)));
        }

        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _runner.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<TextJob>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            Take(batch);
            Run(batch);
            batch.Clear();
        }
    }

    private void Take(List<TextJob> batch)
    {
        var longest = 0;
        while (batch.Count < _options.MaxBatchTexts && _waiting.Reader.TryPeek(out var next))
        {
            longest = Math.Max(longest, next.Ids.Length);
            if (batch.Count > 0 && longest * (batch.Count + 1) > _options.MaxBatchTokens)
            {
                return;
            }

            if (_waiting.Reader.TryRead(out next) && next.IsWanted)
            {
                batch.Add(next);
            }
        }
    }

    private void Run(List<TextJob> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            var features = _runner.Encode(Pad(batch));
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Complete(features.AsSpan(i * _runner.FeatureSize, _runner.FeatureSize).ToArray());
            }
        }
        catch (Exception e) when (batch.Count == 1)
        {
            batch[0].Fail(e);
        }
        catch (Exception)
        {
            batch.ForEach(job => Run([job]));
        }
    }

    private TextBatch Pad(List<TextJob> batch)
    {
        var tokens = batch.Max(job => job.Ids.Length);
        var (ids, mask) = (new long[batch.Count * tokens], new int[batch.Count * tokens]);
        Array.Fill(ids, _padId);
        for (var row = 0; row < batch.Count; row++)
        {
            for (var i = 0; i < batch[row].Ids.Length; i++)
            {
                (ids[(row * tokens) + i], mask[(row * tokens) + i]) = (batch[row].Ids[i], batch[row].Mask[i]);
            }
        }

        return new TextBatch(batch.Count, tokens, ids, mask, new long[ids.Length]);
    }
}
