using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace VisionCluster.Inference.Diagnostics;

/// <summary>
/// All instruments of the project, meter <c>VisionCluster.Inference</c>; an instance adds the tags of one model on one device.
/// Recording allocates nothing.
/// </summary>
internal sealed class InferenceMetrics(string model, string device)
{
    public const string MeterName = "VisionCluster.Inference";

    private static readonly Meter _meter = new(MeterName);

    private static readonly InstrumentAdvice<double> _seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private static readonly InstrumentAdvice<int> _rows = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] };

    private static readonly Counter<long> _generations = _meter.CreateCounter<long>(
        "visioncluster.decode.generations", "{generation}", "Generations that ended, by outcome");

    private static readonly Counter<long> _refused = _meter.CreateCounter<long>(
        "visioncluster.decode.refused", "{generation}", "Generations refused, by outcome");

    private static readonly Counter<long> _prefillTokens = _meter.CreateCounter<long>(
        "visioncluster.decode.prefill_tokens", "{token}", "Prompt tokens run");

    private static readonly Counter<long> _cachedTokens = _meter.CreateCounter<long>(
        "visioncluster.decode.cached_tokens", "{token}", "Prompt tokens whose KV was already there");

    private static readonly Counter<long> _generatedTokens = _meter.CreateCounter<long>(
        "visioncluster.decode.generated_tokens", "{token}", "Tokens generated");

    private static readonly Counter<long> _movedTokens = _meter.CreateCounter<long>(
        "visioncluster.decode.moved_tokens", "{token}", "Tokens whose KV moved to another slot");

    private static readonly Counter<long> _failures = _meter.CreateCounter<long>(
        "visioncluster.device.failures", "{call}", "Graph calls that threw");

    private static readonly UpDownCounter<long> _waiting = _meter.CreateUpDownCounter<long>(
        "visioncluster.decode.waiting", "{generation}", "Generations that wait for a slot");

    private static readonly Histogram<int> _batchRows = _meter.CreateHistogram(
        "visioncluster.decode.batch_rows", "{row}", "Sequences in a decode step", null, _rows);

    private static readonly Histogram<double> _stepTime = _meter.CreateHistogram(
        "visioncluster.decode.step_time", "s", "Time of a step, sampling included, by kind", null, _seconds);

    private static readonly Histogram<double> _queueTime = _meter.CreateHistogram(
        "visioncluster.decode.queue_time", "s", "From submission to the first prefill chunk", null, _seconds);

    private static readonly Histogram<int> _encoderTiles = _meter.CreateHistogram(
        "visioncluster.encode.batch_tiles", "{tile}", "Tiles in an encoder run", null, _rows);

    private static readonly Histogram<double> _encoderTime = _meter.CreateHistogram(
        "visioncluster.encode.run_time", "s", "Time of an encoder run", null, _seconds);

    private static readonly Histogram<double> _encoderQueueTime = _meter.CreateHistogram(
        "visioncluster.encode.queue_time", "s", "From submission to an image's first run", null, _seconds);

    private static readonly UpDownCounter<long> _encoderWaiting = _meter.CreateUpDownCounter<long>(
        "visioncluster.encode.waiting", "{image}", "Images that wait for the encoder");

    private readonly KeyValuePair<string, object?> _model = new("model", model);
    private readonly KeyValuePair<string, object?> _device = new("device", device);

    public void GenerationEnded(string outcome) => _generations.Add(1, _model, _device, new("outcome", outcome));

    public void Refused(string outcome) => _refused.Add(1, _model, _device, new("outcome", outcome));

    public void Waiting(int change) => _waiting.Add(change, _model, _device);

    public void Admitted(TimeSpan queueTime, int cachedTokens)
    {
        _queueTime.Record(queueTime.TotalSeconds, _model, _device);
        _cachedTokens.Add(cachedTokens, _model, _device);
    }

    public void PrefillStep(TimeSpan time, int tokens)
    {
        _stepTime.Record(time.TotalSeconds, _model, _device, new("kind", "prefill"));
        _prefillTokens.Add(tokens, _model, _device);
    }

    public void DecodeStep(TimeSpan time, int rows)
    {
        _stepTime.Record(time.TotalSeconds, _model, _device, new("kind", "decode"));
        _batchRows.Record(rows, _model, _device);
    }

    public void Generated() => _generatedTokens.Add(1, _model, _device);

    public void Moved(int tokens) => _movedTokens.Add(tokens, _model, _device);

    public void DeviceFailed() => _failures.Add(1, _model, _device);

    public void EncoderWaiting(int change) => _encoderWaiting.Add(change, _model, _device);

    public void EncoderQueued(TimeSpan time) => _encoderQueueTime.Record(time.TotalSeconds, _model, _device);

    public void EncoderRun(TimeSpan time, int tiles)
    {
        _encoderTime.Record(time.TotalSeconds, _model, _device);
        _encoderTiles.Record(tiles, _model, _device);
    }
}
