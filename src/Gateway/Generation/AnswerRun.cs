using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>Where an answer runs, as its follower sees it: where it was sent, what became of that, and what the next start needs.</summary>
internal sealed class AnswerRun
{
    private const int MaxRecalls = 2;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    private PreparedImages _images;
    private PromptPrefix? _prompt;
    private TimeSpan _pause = FirstPause;
    private int _pausedAt;
    private TimeSpan? _startLimit;
    private Task<StartReply>? _starting;
    private int _recalls;
    private string? _silo;
    private KvTicket? _kv; // what the silo before has left for the next

    public AnswerRun(GenerationCall call, IDecoderGrain grain, PreparedImages images, GatewayMetrics metrics, TimeProvider time)
    {
        (Call, Grain, _images) = (call, grain, images);
        Deaths = new DeathCount(call.Command.Deaths);
        Intake = new AnswerIntake(call, metrics, time) { OnAccepted = accepted => OnAccepted?.Invoke(this, accepted) };
    }

    public GenerationCall Call { get; }

    public IDecoderGrain Grain { get; }

    public string RequestId => Call.Running.RequestId;

    /// <summary>What has come of it.</summary>
    public AnswerIntake Intake { get; }

    /// <summary>Where the answer goes on; −1 until the prompt was accepted.</summary>
    public int Next => Intake.Next;

    /// <summary>Whether its client has, or had, something of it: then it is worth more than one that has not begun.</summary>
    public bool HasBegun => Next >= 0 || Call.IsResumed;

    /// <summary>Whether what its silo pushes arrives here.</summary>
    public bool IsPushed { get; private set; } = true;

    public DeathCount Deaths { get; }

    public bool IsRunning { get; set; }

    /// <summary>What <see cref="Begin"/> returned last.</summary>
    public Task Starting => _starting ?? Task.CompletedTask;

    /// <summary>Starts that were refused.</summary>
    public int Starts { get; private set; } = 1;

    /// <summary>The silo that it must not go to, if there is another.</summary>
    public string? Avoid { get; private set; }

    /// <summary>Where it was sent to, or found; null before.</summary>
    public (DeviceChoice Choice, string Silo, string Device)? Place { get; private set; }

    /// <summary>Cancelled once the silo that runs it is dead.</summary>
    public CancellationToken SiloLost { get; private set; }

    /// <summary>Told once that the prompt was taken, from any thread.</summary>
    public Action<AnswerRun, GenerationAccepted>? OnAccepted { get; init; }

    public PromptPrefix Prompt(DevicePicker picker, ServedModel model) =>
        _prompt ??= picker.Prompt(model, Call.Tenant, Call.SessionId, Call.Command.Messages);

    /// <param name="choice">The device that the gateway chose; null when it knew of none.</param>
    public GenerateCommand ToCommand(DeviceChoice? choice) =>
        Call.ToCommand(_images, Intake.Tokens, Deaths.InARow) with { Target = choice?.Target, Kv = _kv };

    public void Placed(DeviceChoice choice, StartReply reply) => Place = reply.Device.Length > 0
        ? (choice, reply.Silo, reply.Device)
        : (choice, choice.Device.SiloAddress, choice.Device.Report.Device); // a repeated start does not say

    public void Started(StartReply reply, string siloName, CancellationToken lost)
    {
        Intake.Started(siloName, reply.Reader);
        (_silo, SiloLost) = (reply.Silo, lost);
        (IsRunning, IsPushed, _startLimit, _kv) = (true, true, null, null);
    }

    public void Refused(string silo)
    {
        Starts++;
        Avoid = silo;
    }

    /// <summary>What its silo pushes does not arrive: the answer is read instead, to its end there.</summary>
    public void NotPushed()
    {
        IsPushed = false;
        Intake.StopListening();
    }

    /// <summary>The generation is no longer where it was.</summary>
    /// <param name="moved">Given up by a silo that leaves; otherwise it died.</param>
    /// <param name="failed">Its device did.</param>
    /// <param name="kv">What a silo that leaves has kept of it.</param>
    public void Lost(bool moved, bool failed = false, KvTicket? kv = null)
    {
        var tokens = Intake.Lost();
        (IsRunning, Avoid, _kv) = (false, _silo, kv);
        if (failed)
            Deaths.AddFailure(tokens, _silo ?? "");
        else if (!moved)
            Deaths.Add(tokens, _silo ?? "", SiloLost);
    }

    /// <returns>False when it has to be started once more.</returns>
    public bool Finish(GenerationFinished finished)
    {
        switch (finished.End)
        {
            case GenerationEnd.DeadlineExceeded:
                throw GenerateHandler.DeadlineExceeded();
            case GenerationEnd.Failed:
                Lost(moved: false, failed: true);
                return Deaths.IsPoison
                    ? throw RequestException.Unavailable("The device failed during the generation; try again.")
                    : false;
            default:
                Intake.Finish(finished, _images);
                return true;
        }
    }

    public bool TryRecall() => ++_recalls <= MaxRecalls + Deaths.InARow;

    public void Add(KeyedEmbedding[] embeddings, int encoded) => _images = _images with
    {
        Embeddings = [.. _images.Embeddings, .. embeddings],
        Encoded = _images.Encoded + encoded,
    };

    /// <summary>The reply to this start, or to an earlier one that was given up and may only be slow.</summary>
    public Task<StartReply> Begin(Task<StartReply> start)
    {
        start.Ignore();
        return _starting = _starting is { IsCompleted: false } earlier ? Task.WhenAny(earlier, start).Unwrap() : start;
    }

    /// <summary>
    /// How long the next start may go unanswered: twice as long as the last one. Short at first where a silo has just died: the start may have
    /// met one that did not know.
    /// </summary>
    public TimeSpan NextStartLimit(FailoverOptions options)
    {
        var first = Avoid is null ? options.CallTimeout : options.CallTimeout / 4;
        _startLimit = Min(_startLimit is { } last ? 2 * last : first, options.Timeout);
        return _startLimit.Value;
    }

    /// <summary>Before the next try: each is longer than the one before, until something new comes.</summary>
    public TimeSpan NextPause()
    {
        if (Next != _pausedAt)
            (_pausedAt, _pause) = (Next, FirstPause);
        var pause = _pause;
        _pause = Min(2 * _pause, LongestPause);
        return pause;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
