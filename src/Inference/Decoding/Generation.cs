using System.Threading.Channels;

namespace VisionCluster.Inference.Decoding;

/// <summary>A running generation's handle: updates as they come, then the result.</summary>
public sealed class Generation
{
    // Bounded by the tokens that can come, so the engine never waits for a reader.
    private readonly Channel<GenerationUpdate> _updates;
    private readonly TaskCompletionSource<GenerationResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IStepListener? _listener;
    private Action? _read; // like the listener not null once _isListened
    private volatile bool _isListened;

    internal Generation(GenerationRequest request, int maxTokens)
    {
        Request = request;
        _updates = Channel.CreateBounded<GenerationUpdate>(
            new BoundedChannelOptions(maxTokens + 1) { SingleReader = true, SingleWriter = true });
    }

    public GenerationRequest Request { get; }

    /// <summary>
    /// Every token in order; completes when the generation has ended for whatever reason (it never faults: see <see cref="Result"/>).
    /// </summary>
    public ChannelReader<GenerationUpdate> Updates => _updates.Reader;

    /// <summary>Completes with the number of cached prompt tokens when prefill starts; cancelled if the generation ends before.</summary>
    public Task<int> Admitted => _admitted.Task;

    /// <summary>Never faults: failures are <see cref="FinishReason.Error"/>.</summary>
    public Task<GenerationResult> Result => _result.Task;

    /// <summary>Its place in the order of submissions, from 0.</summary>
    public long Number { get; internal set; }

    internal volatile bool CancelRequested;

    /// <summary>Of <see cref="StepDelivery"/>, under its lock.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>Asked after a write: whoever began to listen before it is told.</summary>
    internal bool IsListened
    {
        get
        {
            Interlocked.MemoryBarrier(); // the write first
            return _isListened;
        }
    }

    /// <summary>
    /// From now on <paramref name="read"/> is called when a step has brought <see cref="Updates"/>, on a pool thread: for those who would rather
    /// not have a wakening of their own for each. What is there already has to be read after this call, and so has, after
    /// <see cref="Result"/>, what the last step brought.
    /// </summary>
    /// <param name="listener">Told when all that it listens to have been read.</param>
    /// <param name="read">Reads this one. It must not throw, nor wait.</param>
    public void Listen(IStepListener listener, Action read)
    {
        (_listener, _read) = (listener, read);
        _isListened = true;
        Interlocked.MemoryBarrier(); // before the caller reads
    }

    /// <summary>Ends the generation; its slot is free before the engine's next step. Safe from any thread, any number of times.</summary>
    public void Cancel() => CancelRequested = true;

    /// <summary>Like <see cref="Cancel"/>, and <see cref="GenerationResult.Kv"/> holds what the slot held, unless that is too much.</summary>
    /// <param name="maxBytes">More than that stays behind.</param>
    public void Leave(long maxBytes)
    {
        CarriedBytes = maxBytes;
        CancelRequested = true;
    }

    /// <summary>Set before <see cref="CancelRequested"/>, and read after it.</summary>
    internal long CarriedBytes { get; private set; }

    internal void Admit(int cachedTokens) => _admitted.TrySetResult(cachedTokens);

    internal void Write(GenerationUpdate update) => _updates.Writer.TryWrite(update);

    /// <summary>Lets whoever listens read.</summary>
    internal IStepListener LetRead()
    {
        _read!();
        return _listener!;
    }

    internal void End(GenerationResult result)
    {
        _admitted.TrySetCanceled();
        _updates.Writer.TryComplete();
        _result.TrySetResult(result);
    }
}
