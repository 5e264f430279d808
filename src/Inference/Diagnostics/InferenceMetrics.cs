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

    private static readonly Meter Meter = new(MeterName);

    private static readonly InstrumentAdvice<double> SecondsAdvice = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private static readonly InstrumentAdvice<int> RowsAdvice = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] };

    private static readonly Counter<long> GenerationsEnded = Meter.CreateCounter<long>(
        "visioncluster.decode.generations", "{generation}", "Generations that ended, by outcome");

    private static readonly Counter<long> GenerationsRefused = Meter.CreateCounter<long>(
        "visioncluster.decode.refused", "{generation}", "Generations refused, by outcome");

    private static readonly Counter<long> PrefillTokens = Meter.CreateCounter<long>(
        "visioncluster.decode.prefill_tokens", "{token}", "Prompt tokens run");

    private static readonly Counter<long> CachedTokens = Meter.CreateCounter<long>(
        "visioncluster.decode.cached_tokens", "{token}", "Prompt tokens whose KV was already there");

    private static readonly Counter<long> GeneratedTokens = Meter.CreateCounter<long>(
        "visioncluster.decode.generated_tokens", "{token}", "Tokens generated");

    private static readonly Counter<long> MovedTokens = Meter.CreateCounter<long>(
        "visioncluster.decode.moved_tokens", "{token}", "Tokens whose KV moved to another slot");

    private static readonly Counter<long> PrefixTokensLoaded = Meter.CreateCounter<long>(
        "visioncluster.prefix_cache.loaded_tokens", "{token}", "Prompt tokens whose KV came from the prefix cache");

    private static readonly Counter<long> PrefixTokensSaved = Meter.CreateCounter<long>(
        "visioncluster.prefix_cache.saved_tokens", "{token}", "Tokens whose KV was copied to the prefix cache");

    private static readonly Counter<long> CarriedTokens = Meter.CreateCounter<long>(
        "visioncluster.decode.carried_tokens", "{token}", "Tokens whose KV came along from a device that their answer had to leave");

    private static readonly Counter<long> Preemptions = Meter.CreateCounter<long>(
        "visioncluster.decode.preemptions", "{generation}", "Running generations that lost their KV to others");

    private static readonly Counter<long> DraftedTokens = Meter.CreateCounter<long>(
        "visioncluster.decode.drafted_tokens", "{token}", "Tokens guessed by prompt lookup");

    private static readonly Counter<long> AcceptedTokens = Meter.CreateCounter<long>(
        "visioncluster.decode.accepted_tokens", "{token}", "Guessed tokens that were right");

    private static readonly Counter<long> DeviceFailures = Meter.CreateCounter<long>(
        "visioncluster.device.failures", "{call}", "Graph calls that threw");

    private static readonly UpDownCounter<long> GenerationsWaiting = Meter.CreateUpDownCounter<long>(
        "visioncluster.decode.waiting", "{generation}", "Generations that wait for a slot");

    private static readonly Histogram<int> BatchRows = Meter.CreateHistogram(
        "visioncluster.decode.batch_rows", "{row}", "Sequences in a decode step", null, RowsAdvice);

    private static readonly Histogram<double> StepTime = Meter.CreateHistogram(
        "visioncluster.decode.step_time", "s", "Time of a step, sampling included, by kind", null, SecondsAdvice);

    private static readonly Histogram<double> QueueTime = Meter.CreateHistogram(
        "visioncluster.decode.queue_time", "s", "From submission to the first prefill chunk", null, SecondsAdvice);

    private static readonly Histogram<int> EncoderTiles = Meter.CreateHistogram(
        "visioncluster.encode.batch_tiles", "{tile}", "Tiles in an encoder run", null, RowsAdvice);

    private static readonly Histogram<double> EncoderTime = Meter.CreateHistogram(
        "visioncluster.encode.run_time", "s", "Time of an encoder run", null, SecondsAdvice);

    private static readonly Histogram<double> EncoderQueueTime = Meter.CreateHistogram(
        "visioncluster.encode.queue_time", "s", "From submission to an image's first run", null, SecondsAdvice);

    private static readonly UpDownCounter<long> ImagesWaiting = Meter.CreateUpDownCounter<long>(
        "visioncluster.encode.waiting", "{image}", "Images that wait for the encoder");

    private readonly KeyValuePair<string, object?> _model = new("model", model);
    private readonly KeyValuePair<string, object?> _device = new("device", device);

    public void GenerationEnded(string outcome) => GenerationsEnded.Add(1, _model, _device, new("outcome", outcome));

    public void Refused(string outcome) => GenerationsRefused.Add(1, _model, _device, new("outcome", outcome));

    public void Waiting(int change) => GenerationsWaiting.Add(change, _model, _device);

    public void Admitted(TimeSpan queueTime, int cachedTokens)
    {
        QueueTime.Record(queueTime.TotalSeconds, _model, _device);
        CachedTokens.Add(cachedTokens, _model, _device);
    }

    public void PrefillStep(TimeSpan time, int tokens)
    {
        StepTime.Record(time.TotalSeconds, _model, _device, new("kind", "prefill"));
        PrefillTokens.Add(tokens, _model, _device);
    }

    public void DecodeStep(TimeSpan time, int rows)
    {
        StepTime.Record(time.TotalSeconds, _model, _device, new("kind", "decode"));
        BatchRows.Record(rows, _model, _device);
    }

    /// <summary>Rows and a prompt's chunk in one run.</summary>
    public void MixedStep(TimeSpan time, int rows, int tokens)
    {
        StepTime.Record(time.TotalSeconds, _model, _device, new("kind", "mixed"));
        BatchRows.Record(rows, _model, _device);
        PrefillTokens.Add(tokens, _model, _device);
    }

    public void Generated() => GeneratedTokens.Add(1, _model, _device);

    public void Moved(int tokens) => MovedTokens.Add(tokens, _model, _device);

    public void PrefixLoaded(int tokens) => PrefixTokensLoaded.Add(tokens, _model, _device);

    public void Carried(int tokens) => CarriedTokens.Add(tokens, _model, _device);

    public void PrefixSaved(int tokens) => PrefixTokensSaved.Add(tokens, _model, _device);

    public void Preempted() => Preemptions.Add(1, _model, _device);

    public void Speculated(int drafted, int accepted)
    {
        DraftedTokens.Add(drafted, _model, _device);
        AcceptedTokens.Add(accepted, _model, _device);
    }

    public void DeviceFailed() => DeviceFailures.Add(1, _model, _device);

    public void EncoderWaiting(int change) => ImagesWaiting.Add(change, _model, _device);

    public void EncoderQueued(TimeSpan time) => EncoderQueueTime.Record(time.TotalSeconds, _model, _device);

    public void EncoderRun(TimeSpan time, int tiles)
    {
        EncoderTime.Record(time.TotalSeconds, _model, _device);
        EncoderTiles.Record(tiles, _model, _device);
    }
}
