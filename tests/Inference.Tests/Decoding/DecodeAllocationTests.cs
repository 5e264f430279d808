using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>
/// Not beside tests that listen to the meter: until the runtime has optimised it, its dispatch boxes every value, on the engine's thread.
/// </summary>
[Collection("meters")]
public sealed class DecodeAllocationTests
{
    private const int WarmUpSteps = 700; // past the last growth of the update channels that nobody reads here
    private const int Steps = 200;

    [Fact]
    public async Task DecodeStep_InSteadyState_AllocatesNothing()
    {
        var allocated = new long[WarmUpSteps + Steps + 1];
        var steps = 0;
        using var submitted = new ManualResetEventSlim();
        var options = new DecodeEngineOptions
        {
            // All start together: one that came late would still grow its channel when the others are measured.
            BeforeStep = _ => submitted.Wait(),
            AfterStep = step =>
            {
                if (step == DecodeStep.Decode && steps < allocated.Length)
                    allocated[steps++] = GC.GetAllocatedBytesForCurrentThread();
            },
        };
        await using var engine = new DecodeEngine(new HistoryRunner(4, 1024), options);
        using var session = engine.OpenSession();
        var plain = Engines.Request([1, 2], WarmUpSteps + Steps + 20);
        Generation[] generations =
        [
            engine.Start(plain with { Session = session }),
            engine.Start(plain with { Text = new LetterStream(), Sampling = Engines.Random(1) with { TopK = 8, TopP = 0.9f } }),
            engine.Start(plain with
            {
                Text = new LetterStream(),
                Sampling = new SamplingOptions
                {
                    Temperature = 0.8f,
                    MinP = 0.01f,
                    RepetitionPenalty = 1.1f,
                    FrequencyPenalty = 0.1f,
                    LogProbs = true,
                    LogitBias = new Dictionary<int, float> { [3] = 1 },
                },
            }),
            engine.Start(plain with { Text = new LetterStream(), Stop = plain.Stop with { StopStrings = ["0", "123"] } }),
        ];

        submitted.Set();
        await Task.WhenAll(generations.Select(generation => generation.Result)).Or("all generations ended");

        Assert.True(steps > WarmUpSteps + Steps, $"Only {steps} decode steps ran.");
        Assert.Equal(0, allocated[WarmUpSteps + Steps] - allocated[WarmUpSteps]);
    }
}
