using System.Threading.Channels;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// Where an answer stands, as its follower sees it. Used by one caller, while what silos push comes on other threads.
/// </summary>
internal sealed class AnswerRun(GenerationCall call, IDecoderGrain grain, PreparedImages images, GatewayMetrics metrics, TimeProvider time)
{
    private const int MaxRecalls = 2;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new(); // of the copy, the last contact, and the feed's state
    private readonly AnswerCopy _copy = new();
    private PreparedImages _images = images;
    private PromptPrefix? _prompt;
    private AnswerFeed? _feed;
    private TimeSpan _pause = FirstPause;
    private TimeSpan? _startLimit;
    private Task<StartReply>? _starting;
    private long _lastContact = time.GetTimestamp();
    private long? _lostAt;
    private int _recalls;
    private string? _silo;
    private KvTicket? _kv; // what the silo before has left for the next
    private string _siloName = "";

    public GenerationCall Call { get; } = call;

    public IDecoderGrain Grain { get; } = grain;

    public string RequestId => Call.Running.RequestId;

    /// <summary>Where the answer goes on; −1 until the prompt was accepted.</summary>
    public int Next
    {
        get
        {
            lock (_lock)
                return _copy.Next;
        }
    }

    public bool HasBegun => Next >= 0;

    /// <summary>Whether what its silo pushes arrives here.</summary>
    public bool IsPushed { get; private set; } = true;

    public DeathCount Deaths { get; } = new(call.Command.Deaths);

    /// <summary>What the caller has not taken yet; bounded by the answer, which the model's context bounds.</summary>
    public Channel<GenerateResponse> Responses { get; } =
        Channel.CreateUnbounded<GenerateResponse>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    public bool IsRunning { get; set; }

    /// <summary>What <see cref="Begin"/> returned last.</summary>
    public Task Starting => _starting ?? Task.CompletedTask;

    /// <summary>Starts that were refused.</summary>
    public int Starts { get; private set; } = 1;

    /// <summary>The silo that it must not go to, if there is another.</summary>
    public string? Avoid { get; private set; }

    /// <summary>Since the cluster last said something about it.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (_lock)
                return time.GetElapsedTime(_lastContact);
        }
    }

    /// <summary>Where it was sent to, or found; null before.</summary>
    public (DeviceChoice Choice, string Silo, string Device)? Place { get; private set; }

    /// <summary>Told once that the prompt was taken, from any thread.</summary>
    public Action<AnswerRun, GenerationAccepted>? OnAccepted { get; init; }

    public PromptPrefix Prompt(DevicePicker picker, ServedModel model) =>
        _prompt ??= picker.Prompt(model, Call.Tenant, Call.SessionId, Call.Command.Messages);

    /// <param name="choice">The device that the gateway chose; null when it knew of none.</param>
    public GenerateCommand ToCommand(DeviceChoice? choice)
    {
        lock (_lock)
            return Call.ToCommand(_images, _copy, Deaths.InARow) with { Target = choice?.Target, Kv = _kv };
    }

    public void Placed(DeviceChoice choice, StartReply reply) => Place = reply.Device.Length > 0
        ? (choice, reply.Silo, reply.Device)
        : (choice, choice.Device.SiloAddress, choice.Device.Report.Device); // a repeated start does not say

    /// <summary>Name of the silo that runs it, or ran it last; empty before.</summary>
    public string SiloName => _siloName;

    /// <summary>Cancelled once the silo that runs it is dead.</summary>
    public CancellationToken SiloLost { get; private set; }

    public void Started(string silo, string siloName, CancellationToken lost)
    {
        lock (_lock)
        {
            (_silo, _siloName, SiloLost, _lastContact) = (silo, siloName, lost, time.GetTimestamp());
            (IsRunning, IsPushed, _startLimit, _kv) = (true, true, null, null);
        }
    }

    public void Refused(string silo)
    {
        Starts++;
        Avoid = silo;
    }

    /// <summary>From now on what its silo pushes is taken.</summary>
    public AnswerFeed Listen(AnswerSink sink) => _feed ??= sink.Open(this, time);

    /// <summary>What is on its way will not be taken any more.</summary>
    public void StopListening()
    {
        lock (_lock)
        {
            _feed?.Dispose();
            _feed = null;
        }
    }

    /// <summary>What its silo pushes does not arrive: the answer is read instead, to its end there.</summary>
    public void NotPushed()
    {
        IsPushed = false;
        StopListening();
    }

    /// <summary>The generation is no longer where it was.</summary>
    /// <param name="moved">Given up by a silo that leaves; otherwise it died.</param>
    /// <param name="failed">Its device did.</param>
    /// <param name="kv">What a silo that leaves has kept of it.</param>
    public void Lost(bool moved, bool failed = false, KvTicket? kv = null)
    {
        lock (_lock)
        {
            StopListening();
            _lostAt ??= _lastContact;
            (IsRunning, Avoid, _kv) = (false, _silo, kv);
            if (failed)
                Deaths.AddFailure(_copy.Count, _silo ?? "");
            else if (!moved)
                Deaths.Add(_copy.Count, _silo ?? "", SiloLost);
        }
    }

    /// <summary>Relays what is new.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Take(GenerationChunk chunk)
    {
        if (chunk.State == GenerationState.Unknown)
            return false;
        lock (_lock)
        {
            var isNew = chunk.Accepted is { } accepted && TryAccept(accepted);
            foreach (var token in chunk.Tokens)
                isNew |= TryAdd(token);
            Heard(isNew);
            if (_feed is { } feed)
                RelayKept(feed);
            return isNew;
        }
    }

    /// <summary>Relays a pushed piece if it is the next one, and those that had come before their turn.</summary>
    public void Take(AnswerFeed feed, in AnswerPiece piece)
    {
        lock (_lock)
        {
            if (feed != _feed || feed.HasGap)
                return;
            if (!HasTurn(piece))
            {
                feed.Keep(piece);
                return;
            }

            Relay(feed, piece);
            RelayKept(feed);
        }
    }

    public void Look(AnswerFeed feed)
    {
        lock (_lock)
            feed.Looked();
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
                lock (_lock)
                    Write(Call.ToFinished(finished, _copy.Accepted!, _images));
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

    public TimeSpan NextPause()
    {
        var pause = _pause;
        _pause = Min(2 * _pause, LongestPause);
        return pause;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private void Relay(AnswerFeed feed, in AnswerPiece piece)
    {
        Heard((piece.Accepted is { } accepted && TryAccept(accepted)) || (piece.Token is { } token && TryAdd(token)));
        feed.Took(piece.Finished);
    }

    private void RelayKept(AnswerFeed feed)
    {
        while (feed.HasKept && feed.TryTakeKept(HasTurn, out var piece))
            Relay(feed, piece);
    }

    private bool HasTurn(AnswerPiece piece) =>
        piece.Position <= Math.Max(_copy.Next, 0) && (piece.Accepted is not null || _copy.Accepted is not null);

    private bool TryAccept(GenerationAccepted accepted)
    {
        var isNew = _copy.TryAccept(accepted);
        if (isNew)
        {
            OnAccepted?.Invoke(this, accepted);
            Write(Call.ToAccepted(accepted, _siloName));
        }

        return isNew;
    }

    private bool TryAdd(GeneratedToken token)
    {
        if (!_copy.TryAdd(token))
            return false;
        if (token.Index >= Call.FirstIndex)
        {
            Call.Clock.TokenWritten();
            Write(EventMapping.ToToken(token));
        }

        return true;
    }

    private void Heard(bool isNew)
    {
        _lastContact = time.GetTimestamp();
        if (!isNew)
            return;
        _pause = FirstPause;
        if (_lostAt is not { } lost)
            return;
        var pause = time.GetElapsedTime(lost);
        _lostAt = null;
        metrics.Failovers.Add(1);
        metrics.FailoverTime.Record(pause.TotalSeconds);
        GatewayTrace.Failover(pause, _siloName, _copy.Count);
    }

    private void Write(GenerateResponse response) => Responses.Writer.TryWrite(response);
}
