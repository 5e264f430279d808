using System.Threading.Channels;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Diagnostics;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// What has come of an answer, in order and once, whichever way and however often it came; it goes on to the caller's queue. Thread-safe: what
/// silos push comes on other threads than what is read.
/// </summary>
internal sealed class AnswerIntake(GenerationCall call, GatewayMetrics metrics, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly AnswerCopy _copy = new();
    private AnswerFeed? _feed;
    private string _siloName = "";
    private long _lastContact = time.GetTimestamp();
    private long? _lostAt;

    /// <summary>Where the answer goes on; −1 until the prompt was accepted.</summary>
    public int Next
    {
        get
        {
            lock (_lock)
                return _copy.Next;
        }
    }

    /// <summary>Since the cluster last said something about it.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (_lock)
                return time.GetElapsedTime(_lastContact);
        }
    }

    /// <summary>Name of the silo that runs it, or ran it last; empty before.</summary>
    public string SiloName
    {
        get
        {
            lock (_lock)
                return _siloName;
        }
    }

    /// <summary>What the caller has not taken yet; bounded by the answer, which the model's context bounds.</summary>
    public Channel<GenerateResponse> Responses { get; } =
        Channel.CreateUnbounded<GenerateResponse>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Told once that the prompt was taken, from any thread.</summary>
    public Action<GenerationAccepted>? OnAccepted { get; init; }

    public GeneratedToken[] Tokens
    {
        get
        {
            lock (_lock)
                return _copy.Tokens;
        }
    }

    /// <summary>From now on what the silo pushes is kept, and taken once it is known which one that is.</summary>
    public AnswerFeed ListenFromStart(AnswerSink sink)
    {
        lock (_lock)
        {
            StopListening();
            _feed = sink.Open(this, time);
            _feed.IsStarting = true;
            return _feed;
        }
    }

    /// <param name="siloName">Where it runs.</param>
    /// <param name="reader">Number of the feed that is pushed since the start; 0 for none.</param>
    public void Started(string siloName, long reader)
    {
        lock (_lock)
        {
            (_siloName, _lastContact) = (siloName, time.GetTimestamp());
            if (_feed is { } feed && feed.Number == reader)
            {
                (feed.IsStarting, feed.IsPushedByStart) = (false, true);
                RelayKept(feed);
            }
            else
            {
                StopListening(); // the start that counts is an earlier one, or repeats one
            }
        }
    }

    /// <summary>The generation is no longer where it was; nothing more of it is taken from there.</summary>
    /// <returns>Tokens that have come.</returns>
    public int Lost()
    {
        lock (_lock)
        {
            StopListening();
            _lostAt ??= _lastContact;
            return _copy.Count;
        }
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
            if (!HasTurn(feed, piece))
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

    public void Finish(GenerationFinished finished, PreparedImages images)
    {
        lock (_lock)
            Write(call.ToFinished(finished, _copy.Accepted!, images));
    }

    private void Relay(AnswerFeed feed, in AnswerPiece piece)
    {
        Heard((piece.Accepted is { } accepted && TryAccept(accepted)) || (piece.Token is { } token && TryAdd(token)));
        feed.Took(piece);
    }

    private void RelayKept(AnswerFeed feed)
    {
        while (feed.HasKept && feed.TryTakeKept(kept => HasTurn(feed, kept), out var piece))
            Relay(feed, piece);
    }

    private bool HasTurn(AnswerFeed feed, AnswerPiece piece) => !feed.IsStarting
        && piece.Position <= Math.Max(_copy.Next, 0)
        && (piece.Accepted is not null || _copy.Accepted is not null);

    private bool TryAccept(GenerationAccepted accepted)
    {
        var isNew = _copy.TryAccept(accepted);
        if (isNew)
        {
            OnAccepted?.Invoke(accepted);
            Write(call.ToAccepted(accepted, _siloName));
        }

        return isNew;
    }

    private bool TryAdd(GeneratedToken token)
    {
        if (!_copy.TryAdd(token))
            return false;
        if (token.Index >= call.FirstIndex)
        {
            call.Clock.TokenWritten();
            Write(EventMapping.ToToken(token));
        }

        return true;
    }

    private void Heard(bool isNew)
    {
        _lastContact = time.GetTimestamp();
        if (!isNew || _lostAt is not { } lost)
            return;
        var pause = time.GetElapsedTime(lost);
        _lostAt = null;
        metrics.Failovers.Add(1);
        metrics.FailoverTime.Record(pause.TotalSeconds);
        GatewayTrace.Failover(pause, _siloName, _copy.Count);
    }

    private void Write(GenerateResponse response) => Responses.Writer.TryWrite(response);
}
