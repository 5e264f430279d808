using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Gateway.Generation;

/// <summary>From grain events to protobuf.</summary>
internal static class EventMapping
{
    public static PromptTokens ToPromptTokens(GenerationAccepted accepted) => new()
    {
        Total = (uint)(accepted.TextTokens + accepted.ImageTokens),
        Text = (uint)accepted.TextTokens,
        Image = (uint)accepted.ImageTokens,
        Cached = (uint)accepted.CachedTokens,
    };

    public static GenerateResponse ToToken(GeneratedToken token)
    {
        var mapped = new Token { Index = (uint)token.Index, Id = (uint)token.Id, Text = token.Text };
        if (token.LogProb is { } logProb)
            mapped.LogProb = logProb;
        foreach (var a in token.Top ?? [])
            mapped.Top.Add(new TokenAlternative { Id = (uint)a.Id, Text = a.Text, LogProb = a.LogProb });
        return new GenerateResponse { Token = mapped };
    }

    public static Finished.Types.Reason ToReason(GenerationEnd end) => end switch
    {
        GenerationEnd.Stop => Finished.Types.Reason.Stop,
        GenerationEnd.Length => Finished.Types.Reason.Length,
        GenerationEnd.Cancelled => Finished.Types.Reason.Cancelled,
        _ => Finished.Types.Reason.Unspecified,
    };
}
