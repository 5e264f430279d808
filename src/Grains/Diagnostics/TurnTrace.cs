using System.Diagnostics;
using VisionCluster.Contracts.Grains;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Grains.Diagnostics;

/// <summary>A generation's activity: it outlives the call that starts it, and its stages are told by the engine when it has ended.</summary>
internal readonly struct TurnTrace : IDisposable
{
    private readonly Activity? _activity;

    private TurnTrace(Activity? activity) => _activity = activity;

    /// <param name="command">What is generated.</param>
    /// <param name="host">The model.</param>
    /// <param name="since">How long ago the engine was asked: its stages begin there.</param>
    public static TurnTrace Begin(GenerateCommand command, IModelHost host, TimeSpan since)
    {
        var caller = Activity.Current;
        var activity = GrainTrace.Turn(command, host);
        activity?.SetStartTime(activity.StartTimeUtc - since);
        Activity.Current = caller; // the call ends before the generation does
        return new TurnTrace(activity);
    }

    /// <summary>Stages: the wait for a slot, the prompt, the tokens one after another.</summary>
    public void Ended(GenerationResult result)
    {
        if (_activity is not { } turn)
            return;
        turn.SetTag("gen_ai.usage.input_tokens", result.PromptTokens)
            .SetTag("gen_ai.usage.output_tokens", result.GeneratedTokens)
            .SetTag("gen_ai.response.finish_reasons", result.Reason.ToString().ToLowerInvariant())
            .SetTag("visioncluster.cached_tokens", result.CachedTokens);
        if (result.Error is { } error)
            turn.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error.GetType().FullName);
        var from = turn.StartTimeUtc;
        GrainTrace.Stage(turn, "queue", from, result.QueueTime, result.PromptTokens);
        from += result.QueueTime;
        if (result.PrefillTime > TimeSpan.Zero)
            GrainTrace.Stage(turn, "prefill", from, result.PrefillTime, result.PromptTokens - result.CachedTokens);
        from += result.PrefillTime;
        if (result.GeneratedTokens > 1)
            GrainTrace.Stage(turn, "decode", from, result.DecodeTime, result.GeneratedTokens - 1);
    }

    public void Dispose() => _activity?.Dispose();
}
