using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// Takes what a silo pushes of one answer. Messages overtake each other: a piece that comes early is kept until those before it have come,
/// or are found to be lost; the feed is of no use any more then. What concerns pieces changes under the intake's lock, the rest is the follower's.
/// </summary>
internal sealed class AnswerFeed : IDisposable
{
    /// <summary>A feed looks so often whether pieces come.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Looks after which the call that pieces come by is repeated though they come.</summary>
    internal const int CallLooks = 3;

    /// <summary>Pieces after which it is, too: a silo sends several times as many by one call.</summary>
    internal const int CallPieces = 256;

    private const int MaxEarly = 64;

    private readonly AnswerIntake _intake;
    private readonly Action<AnswerFeed> _onDispose;
    private readonly ITimer _looks;
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<AnswerPiece> _early = []; // MaxEarly at most
    private volatile TaskCompletionSource _due = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _seen;
    private int _callLooks;
    private int _callPieces;

    /// <param name="intake">The answer.</param>
    /// <param name="number">Marks its pieces.</param>
    /// <param name="time">Measures silence.</param>
    /// <param name="onDispose">Told that nobody listens any more.</param>
    public AnswerFeed(AnswerIntake intake, long number, TimeProvider time, Action<AnswerFeed> onDispose)
    {
        (_intake, Number, _onDispose) = (intake, number, onDispose);
        _looks = time.CreateTimer(static feed => ((AnswerFeed)feed!)._intake.Look((AnswerFeed)feed), this, Look, Look);
    }

    public long Number { get; }

    /// <summary>Completes when there is a gap, or with the answer's end, here or altogether.</summary>
    public Task Woken => _woken.Task;

    /// <summary>Completes when no piece has come for a while, or the call is old; anew after <see cref="Called"/>.</summary>
    public Task Due => _due.Task;

    /// <summary>Pieces that came in order, known ones as well.</summary>
    public long Pieces { get; private set; }

    /// <summary>Something before a piece that came has not, and will not.</summary>
    public bool HasGap { get; private set; }

    public GenerationFinished? Finished { get; private set; }

    /// <summary>It goes on elsewhere.</summary>
    public AnswerMove? Moved { get; private set; }

    /// <summary>The call under way that pieces come by.</summary>
    public Task<GenerationChunk>? Call { get; private set; }

    /// <summary>Its start has not been confirmed: what comes meanwhile is kept.</summary>
    public bool IsStarting { get; set; }

    /// <summary>The start itself has it pushed: no call is under way yet.</summary>
    public bool IsPushedByStart { get; set; }

    /// <summary>In a row, how often a silent feed's tokens were at the silo.</summary>
    public int Doubts { get; set; }

    public void Take(in AnswerPiece piece) => _intake.Take(this, piece);

    /// <summary>A piece came, and nothing before it is missing.</summary>
    public void Took(in AnswerPiece piece)
    {
        Pieces++;
        Finished ??= piece.Finished;
        Moved ??= piece.Moved;
        if (Finished is not null || Moved is not null)
            _woken.TrySetResult();
        if (++_callPieces >= CallPieces)
            _due.TrySetResult();
    }

    /// <summary>Something before it has not come yet.</summary>
    public void Keep(in AnswerPiece piece)
    {
        if (_early.Count == MaxEarly)
            Miss();
        else
            _early.Add(piece);
    }

    public bool HasKept => _early.Count > 0;

    /// <summary>A kept piece whose turn has come.</summary>
    public bool TryTakeKept(Predicate<AnswerPiece> hasTurn, out AnswerPiece piece)
    {
        var index = _early.FindIndex(hasTurn);
        piece = index < 0 ? default : _early[index];
        if (index >= 0)
            _early.RemoveAt(index);
        return index >= 0;
    }

    public void Called(Task<GenerationChunk>? call)
    {
        _due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (Call, _callLooks, _callPieces) = (call, 0, 0);
    }

    /// <summary>One such time has passed.</summary>
    public void Looked()
    {
        var isQuiet = Pieces == _seen;
        _seen = Pieces;
        if (isQuiet && _early.Count > 0)
            Miss();
        else if (isQuiet || ++_callLooks >= CallLooks)
            _due.TrySetResult();
    }

    public void Dispose()
    {
        _looks.Dispose();
        _onDispose(this);
    }

    private void Miss()
    {
        HasGap = true;
        _woken.TrySetResult();
    }
}
