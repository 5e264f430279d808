using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Runtime;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Diagnostics;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// A conversation on its silo's device. A turn is recorded exactly when its generation ends and there is an answer: one that its user
/// cancelled keeps the partial answer, while one that lost its caller, its deadline or its device never happened, so that sending it again
/// is safe. Transient grains (no session) record nothing and leave after the answer.
/// </summary>
[Hinted, Immovable]
internal sealed class DecoderGrain : Grain, IDecoderGrain
{
    internal const string StorageName = "conversations";
    private const string StateName = "conversation";
    internal const string BusyMessage = "session_id: this session is generating already; wait for its answer, or cancel it.";
    private static readonly TimeSpan ReadWait = TimeSpan.FromMilliseconds(500); // gateways call again, or notice that the silo is gone
    private static readonly TimeSpan FollowWait = TimeSpan.FromSeconds(6); // gateways call again after three

    private readonly IPersistentState<ConversationState>? _record;
    private readonly ConversationState _transient = new();
    private readonly ModelRegistry _models;
    private readonly EmbeddingPool _embeddings;
    private readonly DrainGate _gate;
    private readonly HeldAnswers _held;
    private readonly AnswerPublisher _publisher;
    private readonly LeavingKv _leaving;
    private readonly KvCarrier _carrier;
    private readonly AnswerStore _store;
    private readonly ConversationWriter? _writer;
    private readonly DecoderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<DecoderGrain> _logger;
    private readonly string _tenant;
    private IModelHost? _host;
    private DecodeSession? _session;
    private Turn? _turn;
    private ReaderWatch? _watch;
    private bool _deviceFailed;

    public DecoderGrain(
        IGrainContext context,
        IPersistentStateFactory states,
        ModelRegistry models,
        EmbeddingPool embeddings,
        DrainGate gate,
        HeldAnswers held,
        AnswerPublisher publisher,
        LeavingKv leaving,
        KvCarrier carrier,
        AnswerStore store,
        IOptions<DecoderOptions> options,
        TimeProvider time,
        ILogger<DecoderGrain> logger)
    {
        var key = context.GrainId.Key.ToString()!;
        var remembered = !DecoderKey.IsTransient(key);
        _tenant = DecoderKey.TenantOf(key);
        _record = remembered ? states.Create<ConversationState>(context, new PersistentStateAttribute(StateName, StorageName)) : null;
        _writer = _record is null ? null : new ConversationWriter(_record, StateName, context, time, logger);
        (_models, _embeddings, _gate, _held, _publisher) = (models, embeddings, gate, held, publisher);
        (_leaving, _carrier, _store) = (leaving, carrier, store);
        (_options, _time, _logger) = (options.Value, time, logger);
    }

    private ConversationState State => _record?.State ?? _transient;

    private string Key => GrainContext.GrainId.Key.ToString()!;

    public async Task<StartReply> Start(GenerateCommand command, CancellationToken cancellationToken) =>
        await StartOrRefuseAsync(command, cancellationToken) with { Silo = GrainContext.Address.SiloAddress!.ToParsableString() };

    public async Task<GenerationChunk> Read(string requestId, int next)
    {
        if (Find(requestId) is not { } turn || turn.IsAbandoned)
            return GenerationChunk.Unknown;
        using var reading = _watch!.Reading();
        var started = _time.GetTimestamp();
        while (true)
        {
            var changed = turn.Log.Changed;
            if (turn.Log.TryRead(next) is { } chunk)
                return chunk;
            var left = ReadWait - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return new GenerationChunk { State = GenerationState.Known };
            await changed.WaitAsync(left, _time).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    public Task<GenerationChunk> Follow(string requestId, int next, IAnswerSink sink, long reader) =>
        Find(requestId) is { IsAbandoned: false } turn
            ? PushAsync(turn, new AnswerReader(sink, reader, next))
            : Task.FromResult(GenerationChunk.Unknown);

    public Task<GenerateCommand?> Attach(string requestId, Guid caller)
    {
        if (Find(requestId) is not { } turn || turn.IsAbandoned)
        {
            LeaveIfUnused();
            return Task.FromResult<GenerateCommand?>(null);
        }

        turn.Caller = caller;
        _watch!.Restart();
        return Task.FromResult<GenerateCommand?>(turn.Command);
    }

    public async Task<GenerateCommand?> Recover(string requestId)
    {
        var command = _turn is null ? await _store.FindAsync(Key, requestId) : null;
        LeaveIfUnused();
        return command;
    }

    public Task<bool> Cancel(string requestId)
    {
        var turn = Find(requestId) is { IsEnded: false } running ? running : null;
        turn?.Cancel();
        LeaveIfUnused();
        return Task.FromResult(turn is not null);
    }

    public Task Abandon(string requestId, Guid caller)
    {
        if (Find(requestId) is { } turn && turn.Caller == caller)
            Abandon(turn);
        LeaveIfUnused();
        return Task.CompletedTask;
    }

    public Task Release(string requestId, Guid caller)
    {
        if (Find(requestId) is { IsEnded: true } turn && turn.Caller == caller)
            Forget();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_turn is { IsEnded: false, Generation: not null } turn)
        {
            Move(turn);
            await turn.Ended.WaitAsync(cancellationToken).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        Drop();
        _session?.Dispose();
    }

    // A caller whose first start's reply was lost.
    private static bool IsRepeated(Turn turn, GenerateCommand command) =>
        turn.RequestId == command.RequestId && turn.Caller == command.Caller && turn.Generation is not null && !turn.IsMoving;

    // Elsewhere by migration: silos that remember the grain here would send the next call here, and have it activated here once more.
    private void GoWhereCallerWants()
    {
        if (SiloHint.Current is { } silo && silo != GrainContext.Address.SiloAddress!.ToParsableString())
            MigrateOnIdle();
        else
            DeactivateOnIdle();
    }

    private void Move(Turn turn) => turn.Move(_leaving.Room); // from any thread

    /// <summary>What <see cref="IDecoderGrain.Follow"/> does, for a call to it or for a start.</summary>
    private async Task<GenerationChunk> PushAsync(Turn turn, AnswerReader reader)
    {
        using var reading = _watch!.Reading();
        var count = turn.Log.Count;
        using var pushed = turn.Log.Push(_publisher, reader);
        await pushed.Ended.WaitAsync(FollowWait, _time).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var end = turn.Log.Moved is not null || pushed.Successor is not null ? int.MaxValue : count;
        return turn.Log.TryRead(pushed.Successor ?? reader.Next, end) ?? new GenerationChunk { State = GenerationState.Known };
    }

    private Turn? Find(string requestId) => _turn?.RequestId == requestId && _turn.Generation is not null ? _turn : null;

    private async Task<StartReply> StartOrRefuseAsync(GenerateCommand command, CancellationToken cancellationToken)
    {
        while (_turn is { IsEnding: true } previous)
            await previous.Ended.WaitAsync(cancellationToken);
        if (!_deviceFailed && _turn is { } current && IsRepeated(current, command))
            return StartReply.Running;
        if (_turn is { IsEnded: false })
            return StartReply.Refused(RefusalReason.SessionBusy, BusyMessage);
        if (_deviceFailed || !_gate.TryEnter())
        {
            GoWhereCallerWants();
            return StartReply.Refused(RefusalReason.Unavailable, _deviceFailed
                ? "The device failed; try again."
                : "This server is shutting down; try again.");
        }

        Drop();
        var turn = _turn = new Turn(command);
        var reply = StartReply.Refused(RefusalReason.Unavailable, "The generation did not start; try again.");
        try
        {
            return reply = await StartAsync(turn, command);
        }
        finally
        {
            if (turn.Generation is null)
            {
                EndTurn(turn);
                Forget();
            }
        }
    }

    /// <summary>Attaches a generation to the turn and follows it, or says what is in the way.</summary>
    private async Task<StartReply> StartAsync(Turn turn, GenerateCommand command)
    {
        var received = _time.GetTimestamp();
        var state = RepeatedTurn.Before(State, command);
        if (ConversationRules.Check(state, command, _options) is { } refusal)
            return new StartReply(refusal, null);
        if (SessionRebinding.Check(state, command) is { } bound)
            return bound;
        if ((turn.Lease = UseHost(command))?.Host is not { Decoder: { } engine } host)
        {
            GoWhereCallerWants();
            return StartReply.Refused(RefusalReason.Unavailable, "The model has left this device; try again.");
        }

        var assembly = PromptAssembly.Create(SessionRebinding.Messages(state, command).Concat(command.Messages), command.Embeddings, _embeddings);
        if (assembly.Missing.Count > 0)
            return StartReply.Needs([.. assembly.Missing]);
        var carrying = _carrier.FetchAsync(command.Kv);
        var (request, stop) = await TurnRequest.BuildAsync(command, assembly, host, () => _time.GetElapsedTime(received));
        if (request is null)
            return stop!;
        var carried = await carrying;
        _session ??= _record is null ? null : engine.OpenSession();
        try
        {
            var asked = _time.GetTimestamp();
            var submitted = engine.Submit(request with
            {
                Session = _session,
                Tenant = _tenant,
                TenantWeight = command.TenantWeight,
                CacheScope = _tenant,
            }, carried);
            if (submitted.Generation is not { } generation)
                return new StartReply(EngineMapping.ToRefusal(submitted), null);
            turn.Attach(generation);
            RepeatedTurn.TakeOut(State, command);
            turn.Keeper = _store.Begin(Key, command);
            _watch = new ReaderWatch(this, turn, OnSilence, Max(_options.ResumeWindow, command.ResumeWindow));
            FollowAsync(turn, generation, host, TurnTrace.Begin(command, host, _time.GetElapsedTime(asked))).Ignore(); // it never faults
            if (command.Reader is { } reader)
                PushAsync(turn, reader).Ignore(); // it never faults
            return StartReply.Running with { Device = host.Device, Submission = generation.Number, Reader = command.Reader?.Number ?? 0 };
        }
        catch (ArgumentException e)
        {
            var message = e.Message.Split(" (Parameter '", 2)[0]; // what the runtime appends
            return StartReply.Refused(RefusalReason.InvalidArgument, message); // such as a token id that the vocabulary lacks
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private ModelLease? UseHost(GenerateCommand command)
    {
        if (_host is { } host && host.Revision == command.Revision && _models.TryUse(host) is { } present)
            return present;
        _session?.Dispose();
        _session = null;
        var target = command.Target is { } chosen && chosen.Silo == GrainContext.Address.SiloAddress!.ToParsableString() ? chosen.Device : null;
        var lease = _models.TryUseGenerator(command.Model, command.Revision, target);
        _host = lease?.Host;
        return lease;
    }

    /// <summary>Writes the log from the engine's updates, to the end. Whatever happens, the turn ends.</summary>
    private async Task FollowAsync(Turn turn, Generation generation, IModelHost host, TurnTrace trace)
    {
        using var traced = trace;
        using var leaving = _gate.OnHandOver(() => Move(turn));
        using var unloading = turn.Lease!.OnHandOver(() => Move(turn));
        try
        {
            // Ended before prefill: accepted all the same, with nothing cached, and `finished` says why.
            await ((Task)generation.Admitted).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            var cached = generation.Admitted.IsCompletedSuccessfully ? generation.Admitted.Result : 0;
            turn.Log.Accept(EngineMapping.ToAccepted(generation.Request, cached));
            var writer = new TurnWriter(turn, generation, host);
            generation.Listen(_publisher, writer.Step);
            writer.Rest();
            var result = await generation.Result;
            writer.Rest();
            trace.Ended(result);
            await EndAsync(turn, result);
        }
        catch (Exception e)
        {
            _logger.GenerationFailed(e, turn.Command.Model, turn.RequestId);
            generation.Cancel();
            turn.Log.Finish(new GenerationFinished { End = GenerationEnd.Failed });
        }
        finally
        {
            EndTurn(turn);
        }
    }

    private async Task EndAsync(Turn turn, GenerationResult result)
    {
        if (turn.IsMoving && result.Reason == FinishReason.Cancelled)
        {
            var kept = _leaving.Keep(result.Kv);
            turn.Log.Move(kept is { } id ? new KvTicket(GrainContext.Address.SiloAddress!.ToParsableString(), id, result.Kv!.Bytes) : null);
            return;
        }

        if (result.Error is { } error)
            _logger.GenerationFailed(error, turn.Command.Model, turn.RequestId);
        _deviceFailed = result.Reason == FinishReason.Error;
        var answer = (turn.Log.Text + result.Text).Trim(); // templates put the space around it themselves
        var complete = result.Reason is FinishReason.Stop or FinishReason.Length
            || (result.Reason is FinishReason.Cancelled && answer.Length > 0);
        if (_writer is not null && complete && !turn.IsAbandoned)
        {
            turn.RecordedAt = State.Messages.Count;
            State.Messages = [.. SessionRebinding.Messages(State, turn.Command)];
            RepeatedTurn.Record(State, turn.Command, answer);
            await _writer.WriteAsync(turn.RequestId);
        }

        turn.Log.Finish(EngineMapping.ToFinished(result, turn.Generation!.Request.AnsweredTokens));
    }

    private void EndTurn(Turn turn)
    {
        _gate.Exit();
        turn.SetEnded();
        if (turn.IsAbandoned && _turn == turn)
            Undo(turn);
        else if (_turn == turn && turn.Generation is not null)
            _watch!.Hold(_held);
    }

    private void Abandon(Turn turn)
    {
        turn.Abandon();
        if (turn.IsEnded)
            Undo(turn);
    }

    // The window for a resume is over. A complete answer may well have arrived: it stays in the conversation.
    private void OnSilence(Turn turn)
    {
        if (_turn == turn && turn.IsEnded)
            Forget();
        else if (_turn == turn)
            Abandon(turn);
    }

    /// <summary>The client never saw the end of the turn: it did not happen.</summary>
    private void Undo(Turn turn)
    {
        if (turn.RecordedAt is { } start)
        {
            RepeatedTurn.TakeOut(State, start);
            _writer!.WriteAsync(turn.RequestId).Ignore(); // it never faults
        }

        Forget();
    }

    private void Drop()
    {
        _turn?.Log.Close();
        _watch?.Dispose();
        (_turn, _watch) = (null, null);
    }

    private void Forget()
    {
        if (_turn is { IsMoving: false } turn)
            turn.Keeper?.Forget();
        Drop();
        LeaveIfUnused();
    }

    // A transient grain is for one answer, and a question about a request that is not here activates one, too.
    private void LeaveIfUnused()
    {
        if (_record is null && _turn is null)
            DeactivateOnIdle();
    }
}
