using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Grains.Decoding;

/// <summary>One generation of a conversation, from its start until nobody may ask for its answer any more.</summary>
internal sealed class Turn(GenerateCommand command)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _cancelled;
    private volatile bool _moving;

    /// <summary>Without embeddings, which are large, and the silo's pool has them, and without its first reader.</summary>
    public GenerateCommand Command { get; } = command with { Embeddings = [], Reader = null };

    public string RequestId => Command.RequestId;

    /// <summary>Whose word counts: who started it, or attached last.</summary>
    public Guid Caller { get; set; } = command.Caller;

    public AnswerLog Log { get; } = new(command.Answered);

    public Generation? Generation { get; private set; }

    /// <summary>Keeps the answer in the cluster's store; null where that is off.</summary>
    public AnswerKeeper? Keeper { get; set; }

    /// <summary>Keeps the model here until the turn ends.</summary>
    public ModelLease? Lease { get; set; }

    /// <summary>Nobody wants the answer: the turn leaves no trace.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Messages of the conversation before it, once it is recorded.</summary>
    public int? RecordedAt { get; set; }

    /// <summary>The silo leaves, and its user has not cancelled.</summary>
    public bool IsMoving => _moving && !_cancelled && !IsAbandoned;

    public bool IsEnded => _ended.Task.IsCompleted;

    /// <summary>Cancelled or done, not yet released: the next message may wait for it.</summary>
    public bool IsEnding => !IsEnded && (_cancelled || IsAbandoned);

    /// <summary>Completes when it holds no slot any more.</summary>
    public Task Ended => _ended.Task;

    public void Attach(Generation generation)
    {
        Generation = generation;
        if (_cancelled || _moving || IsAbandoned)
            generation.Cancel();
    }

    public void Cancel()
    {
        _cancelled = true;
        Generation?.Cancel();
    }

    public void Abandon()
    {
        IsAbandoned = true;
        Generation?.Cancel();
    }

    /// <summary>Stops here so that it goes on elsewhere. From any thread.</summary>
    /// <param name="maxKvBytes">What of its KV there is room for meanwhile.</param>
    public void Move(long maxKvBytes)
    {
        _moving = true;
        Generation?.Leave(maxKvBytes);
    }

    public void SetEnded()
    {
        Lease?.Dispose();
        _ended.TrySetResult();
    }
}
