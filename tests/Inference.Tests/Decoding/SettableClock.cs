namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>The system's, with a time of day that somebody sets.</summary>
internal sealed class SettableClock : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
