using System.Diagnostics;
using VisionCluster.Contracts.Grains;
using VisionCluster.Inference;

namespace VisionCluster.Grains.Diagnostics;

/// <summary>
/// Activities of source "VisionCluster.Grains": what a silo does for a gateway's trace, whose context comes with the command. Calls that
/// follow an answer have none: there are two a second.
/// </summary>
internal static class GrainTrace
{
    public const string SourceName = "VisionCluster.Grains";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>An image in its encoder; the engine's stages are below it.</summary>
    public static Activity? Encode(EncodeCommand command, EncoderKey encoder) => Start("encode image", command.TraceParent)?
        .SetTag("gen_ai.request.model", encoder.Model)
        .SetTag("visioncluster.device", encoder.Device);

    /// <summary>A generation on its device, until it ends there.</summary>
    public static Activity? Turn(GenerateCommand command, IModelHost host) => Start("decode answer", command.TraceParent)?
        .SetTag("gen_ai.request.model", host.Name)
        .SetTag("visioncluster.device", host.Device)
        .SetTag("visioncluster.answered_tokens", command.Answered.Length)
        .SetTag("visioncluster.deaths", command.Deaths);

    /// <summary>A part of an activity whose times are known afterwards.</summary>
    public static void Stage(Activity parent, string name, DateTime from, TimeSpan time, int tokens)
    {
        using var stage = Source.StartActivity(name, ActivityKind.Internal, parent.Context, startTime: from)?
            .SetTag("visioncluster.tokens", tokens);
        stage?.SetEndTime(from + time);
    }

    private static Activity? Start(string name, string? traceParent) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent) ? Source.StartActivity(name, ActivityKind.Server, parent) : null;
}
