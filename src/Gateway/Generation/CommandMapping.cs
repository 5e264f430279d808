using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>From validated protobuf to grain messages.</summary>
internal static class CommandMapping
{
    /// <summary>All but the messages, which need the pictures' keys.</summary>
    public static GenerateCommand ToCommand(GenerateRequest request, string requestId, ServedModel model, ulong seed) => new()
    {
        Caller = Guid.NewGuid(),
        RequestId = requestId,
        Model = model.Name,
        Revision = model.Revision,
        Messages = [],
        Sampling = ToSampling(request.Sampling, request.LogProbs, seed),
        Stop = ToStop(request.Stopping),
        Priority = request.Priority,
        ResumeWindow = TimeSpan.FromMilliseconds(request.ResumeWindowMs),
    };

    /// <param name="request">Validated.</param>
    /// <param name="imageKeys">Of the image parts, in order.</param>
    public static ConversationMessage[] ToMessages(GenerateRequest request, IEnumerable<string> imageKeys)
    {
        using var keys = imageKeys.GetEnumerator();
        return [.. request.Messages.Select(m => new ConversationMessage(RoleOf(m), [.. m.Parts.Select(Convert)]))];

        ConversationPart Convert(Part part)
        {
            if (part.ContentCase == Part.ContentOneofCase.Text)
                return ConversationPart.OfText(part.Text);
            keys.MoveNext();
            return ConversationPart.OfImage(keys.Current);
        }
    }

    private static SamplingParameters ToSampling(Sampling? sampling, LogProbs? logProbs, ulong seed)
    {
        sampling ??= new Sampling();
        return new SamplingParameters
        {
            Temperature = sampling.Temperature,
            TopK = Clamp(sampling.TopK),
            TopP = sampling.HasTopP ? sampling.TopP : 1,
            MinP = sampling.MinP,
            RepetitionPenalty = sampling.HasRepetitionPenalty ? sampling.RepetitionPenalty : 1,
            FrequencyPenalty = sampling.FrequencyPenalty,
            PresencePenalty = sampling.PresencePenalty,
            LogitBias = sampling.LogitBias.ToDictionary(p => (int)p.Key, p => p.Value),
            Seed = seed,
            LogProbs = logProbs?.Enabled ?? false,
            TopLogProbs = (int)(logProbs?.Top ?? 0),
        };
    }

    private static StopParameters ToStop(Stopping? stopping) => stopping is null ? new StopParameters() : new StopParameters
    {
        MaxTokens = Clamp(stopping.MaxTokens),
        MinTokens = Clamp(stopping.MinTokens),
        StopStrings = [.. stopping.Stop],
        StopTokenIds = [.. stopping.StopTokenIds.Select(Clamp)],
        IgnoreEndOfSequence = stopping.IgnoreEos,
    };

    private static int Clamp(uint value) => (int)Math.Min(value, int.MaxValue);

    private static string RoleOf(Message message) => message.Role switch
    {
        Message.Types.Role.System => "system",
        Message.Types.Role.Assistant => "assistant",
        _ => "user",
    };
}
