using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// Takes what a silo pushes of one answer: each piece if it is the next one. Its members change under the run's lock; it is of no use any
/// more once there is a gap.
/// </summary>
/// <param name="run">The answer.</param>
/// <param name="number">Marks its pieces.</param>
/// <param name="onDispose">Told that nobody listens any more.</param>
internal sealed class AnswerFeed(AnswerRun run, long number, Action<AnswerFeed> onDispose) : IDisposable
{
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Number { get; } = number;

    /// <summary>Completes when there is a gap, or with the answer's end.</summary>
    public Task Woken => _woken.Task;

    /// <summary>Pieces that came, known ones as well.</summary>
    public long Pieces { get; private set; }

    /// <summary>Something before a piece that came has not.</summary>
    public bool HasGap { get; private set; }

    public GenerationFinished? Finished { get; private set; }

    public void Take(in AnswerPiece piece) => run.Take(this, piece);

    /// <summary>A piece came, and nothing before it is missing.</summary>
    public void Took(GenerationFinished? finished)
    {
        Pieces++;
        Finished ??= finished;
        if (finished is not null)
            _woken.TrySetResult();
    }

    public void Miss()
    {
        HasGap = true;
        _woken.TrySetResult();
    }

    public void Dispose() => onDispose(this);
}
