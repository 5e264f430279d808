using System.Text.Json;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Quality;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Inference.Tests.Gguf;

/// <summary>What quantised forms of the real SmolLM2 cost, over the golden prompts and their greedy continuations (866 positions).</summary>
[Trait("Category", "Golden")]
public sealed class SmolLm2PrecisionTests(SmolLm2 model) : IClassFixture<SmolLm2>
{
    private const int LeastPositions = 800;
    private const double LeastAgreement = 0.95;
    private const double MostDivergence = 0.01;

    /// <summary>Rounded to 8 bits as any checkpoint is, and the file's own blocks.</summary>
    [Theory]
    [InlineData(ModelPrecision.Int8)]
    [InlineData(ModelPrecision.Int4)]
    public void Quantised_GoldenTexts_CloseToFloat(ModelPrecision precision)
    {
        Assert.SkipUnless(SmolLm2.IsAtHand, "The real model is not at hand.");

        var meter = QualityMeasurement.Compare(model.Model, model.Compile(precision), DeviceOptions.Cpu, Sequences());

        TestContext.Current.TestOutputHelper?.WriteLine($"{meter.Positions} positions: {meter.TopOneAgreement:F4}, {meter.MeanDivergence:F5} nats");
        Assert.True(meter.Positions >= LeastPositions);
        Assert.InRange(meter.TopOneAgreement, LeastAgreement, 1);
        Assert.InRange(meter.MeanDivergence, 0, MostDivergence);
    }

    private static List<int[]> Sequences()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SmolLm2.Golden("expected.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(golden => (int[])[.. Ids(golden, "input_ids"), .. Ids(golden, "greedy_ids")])];
    }

    private static IEnumerable<int> Ids(JsonElement json, string name) => json.GetProperty(name).EnumerateArray().Select(id => id.GetInt32());
}
