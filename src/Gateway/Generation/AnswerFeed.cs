using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// Takes what a silo pushes of one answer: each piece if it is the next one. What concerns pieces changes under the run's lock, the rest is
/// the follower's; it is of no use any more once there is a gap.
/// </summary>
internal sealed class AnswerFeed : IDisposable
{
    /// <summary>A feed looks so often whether a piece has come since it looked last.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly AnswerRun _run;
    private readonly Action<AnswerFeed> _onDispose;
    private readonly ITimer _looks;
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _pieces;
    private long _seen;

    /// <param name="run">The answer.</param>
    /// <param name="number">Marks its pieces.</param>
    /// <param name="time">Measures silence.</param>
    /// <param name="onDispose">Told that nobody listens any more.</param>
    public AnswerFeed(AnswerRun run, long number, TimeProvider time, Action<AnswerFeed> onDispose)
    {
        (_run, Number, _onDispose) = (run, number, onDispose);
        _looks = time.CreateTimer(static feed => ((AnswerFeed)feed!).Look(), this, Quiet, Quiet);
    }

    public long Number { get; }

    /// <summary>Completes when there is a gap, or with the answer's end.</summary>
    public Task Woken => _woken.Task;

    /// <summary>Completes when no piece has come for a while; anew after <see cref="ListenOn"/>.</summary>
    public Task Silent => _silent.Task;

    /// <summary>Pieces that came, known ones as well.</summary>
    public long Pieces => Interlocked.Read(ref _pieces);

    /// <summary>Something before a piece that came has not.</summary>
    public bool HasGap { get; private set; }

    public GenerationFinished? Finished { get; private set; }

    /// <summary>The call under way that pieces come by.</summary>
    public Task<GenerationChunk>? Call { get; set; }

    /// <summary>In a row, how often a silent feed's tokens were at the silo.</summary>
    public int Doubts { get; set; }

    public void Take(in AnswerPiece piece) => _run.Take(this, piece);

    /// <summary>A piece came, and nothing before it is missing.</summary>
    public void Took(GenerationFinished? finished)
    {
        Interlocked.Increment(ref _pieces);
        Finished ??= finished;
        if (finished is not null)
            _woken.TrySetResult();
    }

    public void Miss()
    {
        HasGap = true;
        _woken.TrySetResult();
    }

    public void ListenOn() => _silent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose()
    {
        _looks.Dispose();
        _onDispose(this);
    }

    private void Look()
    {
        var pieces = Pieces;
        if (pieces == _seen)
            _silent.TrySetResult();
        _seen = pieces;
    }
}
