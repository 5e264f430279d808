using VisionCluster.Inference.Diagnostics;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// One device's continuous batch: schedule, run, complete, on a thread of its own. Sequences join between two steps, prompts are
/// prefilled in chunks between decode steps, and a finished or cancelled sequence frees its slot before the next step.
/// </summary>
public sealed class DecodeEngine : IAsyncDisposable
{
    private readonly IDecoderRunner _runner;
    private readonly InferenceMetrics _metrics;
    private readonly DecodeInbox _inbox;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the engine's thread. The runner is the engine's from now on, which disposes it.</summary>
    /// <exception cref="ArgumentException">Options are not valid.</exception>
    public DecodeEngine(IDecoderRunner runner, DecodeEngineOptions options, TimeProvider? timeProvider = null)
    {
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        timeProvider ??= TimeProvider.System;
        _runner = runner;
        _metrics = new InferenceMetrics(options.Model, options.Device);
        _inbox = new DecodeInbox(runner.SlotCount, options, timeProvider, _metrics);
        var loop = new DecodeLoop(runner, options, timeProvider, _inbox, _metrics);
        new Thread(() => Run(loop)) { IsBackground = true, Name = $"decode {options.Device}".TrimEnd() }.Start();
    }

    /// <summary>Counters of this moment.</summary>
    public DecodeEngineStatus Status => _inbox.Status;

    /// <summary>What waits, and how fast it goes. Not for every token: it makes a list.</summary>
    public DecodeEngineLoad Load => _inbox.Load;

    /// <summary>Submits a generation; refused at once, with the reason, when it cannot be served.</summary>
    /// <exception cref="ArgumentException">The request contradicts itself or the model; the message says all that is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    /// <param name="request">What to generate.</param>
    /// <param name="carried">
    /// KV of the request's first tokens from the engine that it has left. What does not fit the request or the model is ignored.
    /// </param>
    public SubmitResult Submit(GenerationRequest request, CarriedKv? carried = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Session is { } session && !session.BelongsTo(_inbox))
            throw new ArgumentException("The session belongs to another engine.", nameof(request));
        RequestValidator.Check(request, _runner.HiddenSize, _runner.VocabularySize);
        var result = TrySubmit(request, carried);
        if (result.Outcome != SubmitOutcome.Accepted)
            _metrics.Refused(result.Outcome.ToString());
        return result;
    }

    /// <summary>Opens a conversation. It owns no KV until its first generation.</summary>
    public DecodeSession OpenSession() => new(_inbox);

    /// <summary>Ends all generations as cancelled, waits for the step that runs, and disposes the runner.</summary>
    public async ValueTask DisposeAsync()
    {
        _inbox.Stop();
        await _ended.Task.ConfigureAwait(false);
    }

    private SubmitResult TrySubmit(GenerationRequest request, CarriedKv? carried)
    {
        var prompt = request.Prompt.Ids.Length;
        var capacity = _runner.SlotCapacity;
        if (prompt + 1 > capacity)
            return SubmitResult.Refused(SubmitOutcome.PromptTooLong, $"The prompt has {prompt} tokens; the context holds {capacity}.");
        // Asked before the sequence's state is built, which is not free, and again when it is queued.
        if (_inbox.Refusal(request.Session) is { } refusal)
            return refusal;
        var sequence = new SequenceState(request, capacity, _runner.VocabularySize, _runner.IsExact);
        sequence.Carried = carried?.Fits(_runner, sequence.Identities) == true ? carried : null;
        return _inbox.Submit(sequence);
    }

    private void Run(DecodeLoop loop)
    {
        try
        {
            loop.Run();
        }
        finally
        {
            _inbox.Stop();
            loop.Dispose();
            _runner.Dispose();
            _ended.TrySetResult();
        }
    }
}
