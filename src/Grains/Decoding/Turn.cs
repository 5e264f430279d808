using System.Text;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Grains.Decoding;

/// <summary>One generation of a conversation, from its call until it holds nothing any more. Used on the grain's turns only.</summary>
internal sealed class Turn(string requestId, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _answer = new(); // bounded by the engine's token limit
    private bool _cancelled;
    private bool _ending;

    public string RequestId { get; } = requestId;

    public Generation? Generation { get; private set; }

    /// <summary>Cancelled or done, not yet released: the next message may wait for it.</summary>
    public bool IsEnding => _ending || _cancelled || cancellationToken.IsCancellationRequested;

    public Task Ended => _ended.Task;

    /// <summary>The answer so far. Trimmed, because templates put the space around it themselves.</summary>
    public string Answer => _answer.ToString().Trim();

    public void Attach(Generation generation)
    {
        Generation = generation;
        if (_cancelled)
            generation.Cancel();
    }

    public void Append(string text) => _answer.Append(text);

    public void Cancel()
    {
        _cancelled = true;
        Generation?.Cancel();
    }

    /// <summary>Stops what still runs; the slot is free afterwards.</summary>
    public async Task EndAsync()
    {
        _ending = true;
        if (Generation is null)
            return;
        Generation.Cancel();
        await Generation.Result;
    }

    public void SetEnded() => _ended.TrySetResult();
}
