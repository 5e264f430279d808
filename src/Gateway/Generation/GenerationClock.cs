using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Gateway.Generation;

/// <summary>Stages of one request, from its arrival.</summary>
internal sealed class GenerationClock(TimeProvider time)
{
    private readonly long _arrival = time.GetTimestamp();
    private TimeSpan _ingest;
    private TimeSpan _encode;
    private TimeSpan _firstToken;

    public TimeSpan Elapsed => time.GetElapsedTime(_arrival);

    public void IngestDone() => _ingest = Elapsed;

    /// <summary>Adds an encoding; there are two when the grain asked for earlier images.</summary>
    public void EncodeDone(TimeSpan started) => _encode += Elapsed - started;

    public void TokenWritten() => _firstToken = _firstToken == TimeSpan.Zero ? Elapsed : _firstToken;

    public Timings ToTimings(GenerationFinished finished) => new()
    {
        IngestMs = _ingest.TotalMilliseconds,
        EncodeMs = _encode.TotalMilliseconds,
        QueueMs = finished.QueueTime.TotalMilliseconds,
        PrefillMs = finished.PrefillTime.TotalMilliseconds,
        DecodeMs = finished.DecodeTime.TotalMilliseconds,
        FirstTokenMs = _firstToken.TotalMilliseconds,
        TotalMs = Elapsed.TotalMilliseconds,
    };
}
