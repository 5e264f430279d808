using VisionCluster.Contracts.Grains;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Models;

namespace VisionCluster.Grains.Decoding;

/// <summary>From a command and its conversation to the engine's request.</summary>
internal static class TurnRequest
{
    /// <returns>The request, or why there is none.</returns>
    public static async Task<(GenerationRequest? Request, StartReply? Stop)> BuildAsync(
        GenerateCommand command, PromptAssembly assembly, IModelHost host, Func<TimeSpan> elapsed)
    {
        PromptTokens prompt;
        try
        {
            // Elsewhere, because long texts would hold the grain's turn.
            prompt = await Task.Run(() => host.BuildPrompt(assembly.Messages, assembly.Images));
        }
        catch (PromptException e)
        {
            return (null, StartReply.Refused(RefusalReason.InvalidPrompt, e.Message));
        }

        var asked = prompt.Ids.Length;
        if (asked >= host.ContextTokens)
        {
            return (null, StartReply.Refused(
                RefusalReason.PromptTooLong,
                $"The prompt has {asked} tokens; model '{host.Name}' holds {host.ContextTokens}, answer included. Shorten it."));
        }

        // An answer that fills the context to its last token generates that one again: the engine wants room for one.
        var answered = command.Answered.Take(host.ContextTokens - 1 - asked).Select(t => t.Id).ToArray();
        return (new GenerationRequest
        {
            RequestId = command.RequestId,
            Prompt = prompt with { Ids = [.. prompt.Ids, .. answered], TextFrom = asked },
            AnsweredTokens = answered.Length,
            Stop = EngineMapping.ToStop(command.Stop, host, asked),
            Text = host.CreateTextStream(),
            Sampling = EngineMapping.ToSampling(command.Sampling),
            Priority = command.Priority,
            TimeLeft = command.TimeLeft - elapsed(),
        }, null);
    }
}
