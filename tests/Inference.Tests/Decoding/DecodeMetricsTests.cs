using System.Diagnostics.Metrics;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Diagnostics;

namespace VisionCluster.Inference.Tests.Decoding;

[Collection("meters")]
public sealed class DecodeMetricsTests
{
    [Fact]
    public async Task Generation_Ended_IsCountedWithSmallTags()
    {
        var sums = new Dictionary<string, double>();
        var tags = new HashSet<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter.Name == InferenceMetrics.MeterName)
                it.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, found, _) => Record(instrument, value, found));
        listener.SetMeasurementEventCallback<int>((instrument, value, found, _) => Record(instrument, value, found));
        listener.SetMeasurementEventCallback<double>((instrument, value, found, _) => Record(instrument, value, found));
        listener.Start();

        var options = new DecodeEngineOptions { Model = "metered", Device = "cpu:0" };
        await using (var engine = new DecodeEngine(new HistoryRunner(1, 64), options))
            await engine.Run(Engines.Request([1, 2, 3], 4));

        lock (sums)
        {
            Assert.Equal(3, sums["visioncluster.decode.prefill_tokens"]);
            Assert.Equal(4, sums["visioncluster.decode.generated_tokens"]);
            Assert.Equal(3, sums["visioncluster.decode.batch_rows"]);
            Assert.Equal(0, sums["visioncluster.decode.waiting"]);
            Assert.Equal(1, sums["visioncluster.decode.generations"]);
            Assert.Subset(new HashSet<string> { "model", "device", "outcome", "kind" }, tags);
        }

        void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> found)
        {
            foreach (var tag in found)
            {
                if (tag.Key == "model" && !Equals(tag.Value, "metered"))
                    return; // another test's
            }
            lock (sums)
            {
                sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value;
                foreach (var tag in found)
                    tags.Add(tag.Key);
            }
        }
    }
}
