using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Runtime;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Models;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// A conversation on its silo's device. A turn is recorded exactly when its stream ends with <c>finished</c> and there is an answer: a
/// generation that its user cancelled keeps the partial answer, while one that lost its caller, its deadline or its device never happened,
/// so that sending it again is safe. Transient grains (no session) record nothing and leave after the answer.
/// </summary>
[Immovable]
internal sealed class DecoderGrain : Grain, IDecoderGrain
{
    internal const string StorageName = "conversations";
    internal const string BusyMessage = "session_id: this session is generating already; wait for its answer, or cancel it.";

    private readonly IPersistentState<ConversationState>? _record;
    private readonly ConversationState _transient = new();
    private readonly ModelRegistry _models;
    private readonly EmbeddingPool _embeddings;
    private readonly DrainGate _gate;
    private readonly DecoderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<DecoderGrain> _logger;
    private readonly string _tenant;
    private IModelHost? _host;
    private DecodeSession? _session;
    private Turn? _turn;

    public DecoderGrain(
        IGrainContext context,
        IPersistentStateFactory states,
        ModelRegistry models,
        EmbeddingPool embeddings,
        DrainGate gate,
        IOptions<DecoderOptions> options,
        TimeProvider time,
        ILogger<DecoderGrain> logger)
    {
        var key = context.GrainId.Key.ToString()!;
        var remembered = !DecoderKey.IsTransient(key);
        _tenant = DecoderKey.TenantOf(key);
        _record = remembered ? states.Create<ConversationState>(context, new PersistentStateAttribute("conversation", StorageName)) : null;
        (_models, _embeddings, _gate, _options, _time, _logger) = (models, embeddings, gate, options.Value, time, logger);
    }

    private ConversationState State => _record?.State ?? _transient;

    public async IAsyncEnumerable<GenerationEvent> Generate(
        GenerateCommand command, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (_turn is { IsEnding: true } previous)
            await previous.Ended.WaitAsync(cancellationToken);
        if (_turn is not null || !_gate.TryEnter())
        {
            yield return Refused(_turn is not null
                ? new Refusal(RefusalReason.SessionBusy, BusyMessage)
                : new Refusal(RefusalReason.Unavailable, "This server is shutting down; try again."));
            yield break;
        }

        var turn = _turn = new Turn(command.RequestId, cancellationToken);
        try
        {
            if (await StartAsync(turn, command) is { } stop)
            {
                yield return stop;
                yield break;
            }

            var generation = turn.Generation!;
            using var registration = cancellationToken.UnsafeRegister(static g => ((Generation)g!).Cancel(), generation);
            yield return await AcceptAsync(generation, cancellationToken);
            await foreach (var update in generation.Updates.ReadAllAsync(cancellationToken))
            {
                turn.Append(update.Text);
                yield return EngineMapping.ToToken(update, _host!);
            }

            var result = await generation.Result.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            await FinishAsync(turn, command, result);
            yield return EngineMapping.ToFinished(result);
        }
        finally
        {
            await turn.EndAsync();
            _turn = null;
            _gate.Exit();
            turn.SetEnded();
            if (_record is null)
                DeactivateOnIdle();
        }
    }

    public Task<bool> Cancel(string requestId)
    {
        var running = _turn?.RequestId == requestId;
        if (running)
            _turn!.Cancel();
        else if (_record is null && _turn is null)
            DeactivateOnIdle(); // activated by the question alone
        return Task.FromResult(running);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _session?.Dispose();
        return Task.CompletedTask;
    }

    private static GenerationEvent Refused(Refusal refusal) => GenerationEvent.Of(refusal);

    /// <summary>Attaches a generation to the turn, or returns the event that says why there is none.</summary>
    private async Task<GenerationEvent?> StartAsync(Turn turn, GenerateCommand command)
    {
        var received = _time.GetUtcNow();
        if (ConversationRules.Check(State, command, _options) is { } refusal)
            return Refused(refusal);
        if (FindHost(command) is not { Decoder: { } engine } host)
        {
            DeactivateOnIdle(); // the next call is placed where the model is
            return Refused(new Refusal(RefusalReason.Unavailable, "The model has left this device; try again."));
        }

        var assembly = PromptAssembly.Create(State.Messages.Concat(command.Messages), command.Embeddings, _embeddings);
        if (assembly.Missing.Count > 0)
            return GenerationEvent.OfNeeded([.. assembly.Missing]);
        PromptTokens prompt;
        try
        {
            // Elsewhere, because long texts would hold the grain's turn.
            prompt = await Task.Run(() => host.BuildPrompt(assembly.Messages, assembly.Images));
        }
        catch (PromptException e)
        {
            return Refused(new Refusal(RefusalReason.InvalidPrompt, e.Message));
        }

        if (prompt.Ids.Length >= host.ContextTokens)
        {
            return Refused(new Refusal(
                RefusalReason.PromptTooLong,
                $"The prompt has {prompt.Ids.Length} tokens; model '{host.Name}' holds {host.ContextTokens}, answer included. Shorten it."));
        }

        _session ??= _record is null ? null : engine.OpenSession();
        var request = new GenerationRequest
        {
            RequestId = command.RequestId,
            Prompt = prompt,
            Stop = EngineMapping.ToStop(command.Stop, host, prompt.Ids.Length),
            Text = host.CreateTextStream(),
            Sampling = EngineMapping.ToSampling(command.Sampling),
            Priority = command.Priority,
            Deadline = received + command.TimeLeft,
            Session = _session,
            Tenant = _tenant,
            CacheScope = _tenant,
        };
        try
        {
            var submitted = engine.Submit(request);
            if (submitted.Generation is not { } generation)
                return Refused(EngineMapping.ToRefusal(submitted));
            turn.Attach(generation);
            return null;
        }
        catch (ArgumentException e)
        {
            var message = e.Message.Split(" (Parameter '", 2)[0]; // what the runtime appends
            return Refused(new Refusal(RefusalReason.InvalidArgument, message)); // such as a token id that the vocabulary lacks
        }
    }

    private IModelHost? FindHost(GenerateCommand command)
    {
        if (_host is { } host && host.Revision == command.Revision && _models.Contains(host))
            return host;
        _session?.Dispose();
        _session = null;
        return _host = _models.FindGenerator(command.Model, command.Revision);
    }

    private static async Task<GenerationEvent> AcceptAsync(Generation generation, CancellationToken cancellationToken)
    {
        // Ended before prefill: accepted all the same, with nothing cached, and `finished` says why.
        await ((Task)generation.Admitted).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellationToken.ThrowIfCancellationRequested();
        var cached = generation.Admitted.IsCompletedSuccessfully ? generation.Admitted.Result : 0;
        var prompt = generation.Request.Prompt;
        var images = prompt.ImageTokenId < 0 ? 0 : prompt.Images.Sum(i => i.Rows);
        return GenerationEvent.Of(new GenerationAccepted(prompt.Ids.Length - images, images, cached));
    }

    private async Task FinishAsync(Turn turn, GenerateCommand command, GenerationResult result)
    {
        turn.Append(result.Text);
        if (result.Error is { } error)
            _logger.GenerationFailed(error, command.Model, command.RequestId);
        var answer = turn.Answer;
        var keep = result.Reason is FinishReason.Stop or FinishReason.Length
            || (result.Reason is FinishReason.Cancelled && answer.Length > 0);
        if (_record is null || !keep)
            return;
        State.Model = command.Model;
        State.Messages.AddRange(command.Messages);
        State.Messages.Add(new ConversationMessage("assistant", [ConversationPart.OfText(answer)]));
        try
        {
            await _record.WriteStateAsync();
        }
        catch (Exception e)
        {
            _logger.ConversationNotSaved(e, command.RequestId); // it goes on from memory while the grain lives
        }
    }
}
