using System.Diagnostics;

namespace VisionCluster.Inference.Diagnostics;

/// <summary>Activities of source "VisionCluster.Inference": the stages of an image. A generation's are told by its result.</summary>
internal static class InferenceTrace
{
    public const string SourceName = "VisionCluster.Inference";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The wait for a worker.</summary>
    public static Activity? Wait() => Start("wait for worker");

    /// <summary>From the file to pixels.</summary>
    public static Activity? Decode() => Start("decode image");

    /// <summary>Resizing, tiling and normalising.</summary>
    public static Activity? Preprocess() => Start("preprocess image");

    /// <summary>An image in the batcher: the wait for a batch, then its run.</summary>
    public static void Encoded(TimeSpan waited, TimeSpan ran, int tiles)
    {
        var end = DateTimeOffset.UtcNow;
        Stage("queue", end - ran - waited, waited, tiles);
        Stage("encode", end - ran, ran, tiles);
    }

    private static void Stage(string name, DateTimeOffset from, TimeSpan time, int tiles)
    {
        if (Activity.Current is not { } parent)
            return;
        using var stage = Source.StartActivity(name, ActivityKind.Internal, parent.Context, startTime: from)?.SetTag("visioncluster.tiles", tiles);
        stage?.SetEndTime((from + time).UtcDateTime);
    }

    // Only below a request's activity: work that nobody traces makes no traces of its own.
    private static Activity? Start(string name) => Activity.Current is null ? null : Source.StartActivity(name);
}
