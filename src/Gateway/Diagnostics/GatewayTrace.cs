using System.Diagnostics;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Errors;

namespace VisionCluster.Gateway.Diagnostics;

/// <summary>
/// Activities of source "VisionCluster.Gateway". Attributes follow OpenTelemetry's semantic conventions for generative AI where they have
/// a name; no prompt, picture, image key or session id is among them.
/// </summary>
internal static class GatewayTrace
{
    public const string SourceName = "VisionCluster.Gateway";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>What a silo's activities hang on; null while nobody traces.</summary>
    public static string? Parent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>A generation, from admission to its last message.</summary>
    public static Activity? Generation(string model, string revision) => Source.StartActivity("generate")?
        .SetTag("gen_ai.operation.name", "generate")
        .SetTag("gen_ai.request.model", model)
        .SetTag("visioncluster.model.revision", revision);

    /// <summary>A picture, from its arrival to its key: fetched if it is a URL, checked against the bounds and hashed.</summary>
    public static Activity? Ingest() => Source.StartActivity("ingest image");

    /// <summary>A remote picture's way here.</summary>
    public static Activity? Fetch() => Source.StartActivity("fetch image", ActivityKind.Client);

    /// <summary>A picture's embedding, wherever it comes from.</summary>
    public static Activity? Embedding() => Source.StartActivity("get embedding");

    /// <summary>A picture's way to its encoder and back: less the encoder's own activity, the transfer.</summary>
    public static Activity? Encode(string silo, int bytes) => Source.StartActivity("call encoder", ActivityKind.Client)?
        .SetTag("visioncluster.silo", silo)
        .SetTag("visioncluster.image.bytes", bytes);

    /// <summary>An answer's start, or its second one elsewhere: embeddings travel with it.</summary>
    public static Activity? Start(GenerateCommand command) => Source.StartActivity("call decoder", ActivityKind.Client)?
        .SetTag("visioncluster.answered_tokens", command.Answered.Length)
        .SetTag("visioncluster.embedding.bytes", command.Embeddings.Sum(e => (long)e.Embedding.Values.Length));

    /// <summary>An answer's pause, now that it goes on.</summary>
    public static void Failover(TimeSpan pause, string silo, int tokens)
    {
        var now = DateTimeOffset.UtcNow;
        using var activity = Source.StartActivity("failover", ActivityKind.Internal, parentContext: default, startTime: now - pause)?
            .SetTag("visioncluster.silo", silo)
            .SetTag("visioncluster.answered_tokens", tokens);
        activity?.SetEndTime(now.UtcDateTime);
    }

    /// <summary>Notes how a stage failed, by the code that the client sees and not the message, which may quote the request.</summary>
    /// <returns>False: for exception filters, which let the exception pass.</returns>
    public static bool Failed(this Activity? activity, Exception exception)
    {
        activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", StatusMapping.CodeOf(exception).ToString());
        return false;
    }
}
