using FsCheck.Xunit;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly StopOptions NoStop = new() { MaxTokens = 100 };

    [Fact]
    public void Sample_GreedyTie_TakesTheLowestId() =>
        Assert.Equal(2, Sample([0, 1, 5, -1, 5, 5], SamplingOptions.Greedy).TokenId);

    [Fact]
    public void Sample_TopK1_IsGreedyAlsoOnTies() =>
        Assert.Equal(2, Sample([0, 1, 5, -1, 5, 5], new() { Temperature = 2, TopK = 1, Seed = 9 }).TokenId);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Sample_NotFinite_IsInvalid(float value) => Assert.False(Sample([0, 1, value], SamplingOptions.Greedy).IsValid);

    [Fact]
    public void Edit_Penalties_AreThoseComputedByHand()
    {
        var options = new SamplingOptions
        {
            RepetitionPenalty = 2,
            FrequencyPenalty = 0.5f,
            PresencePenalty = 0.25f,
            LogitBias = new Dictionary<int, float> { [0] = 1, [4] = -3 },
        };
        var state = new SamplingState(options, NoStop, [0, 1], 100, 6);
        foreach (var id in new[] { 2, 2, 1 })
            state.Add(id);
        float[] logits = [3, -1, 4, 2, 1, 0];

        state.Edit(logits);

        // 0: prompt only: (3 + 1) / 2. 1: both: −1 · 2 − 0.5 − 0.25. 2: twice in the answer: 4 / 2 − 1 − 0.25. 4: bias only.
        Assert.Equal([2, -2.75f, 0.75f, 2, -2, 0], logits);
    }

    [Fact]
    public void Edit_ExtremePenalty_StaysFinite()
    {
        var state = new SamplingState(new() { RepetitionPenalty = 1e-38f, Temperature = 1 }, NoStop, [0, 1], 10, 3);

        Assert.Equal(0, new Sampler(3).Sample([30, -1, 2], state, 0).TokenId);
    }

    [Fact]
    public void Edit_MinTokens_MasksStopTokensUntilThen()
    {
        var state = new SamplingState(
            SamplingOptions.Greedy, new() { MaxTokens = 9, MinTokens = 1, StopTokenIds = new HashSet<int> { 1, 77 } }, [0], 9, 3);
        var sampler = new Sampler(3);

        Assert.Equal(2, sampler.Sample([0, 9, 1], state, 1).TokenId);
        state.Add(2);
        Assert.Equal(1, sampler.Sample([0, 9, 1], state, 2).TokenId);
    }

    [Fact]
    public void LogProbs_AreOfTheModelsOwnDistribution()
    {
        float[] logits = [1, 3, 2, 3, -8];
        double[] exact = [.. logits.Select(logit => (double)logit)];
        var expected = ReferenceSampler.Softmax(exact).Select(probability => Math.Log(probability)).ToArray();

        var token = Sample(logits, new()
        {
            LogProbs = true,
            TopLogProbs = 3,
            LogitBias = new Dictionary<int, float> { [4] = 100 },
        });

        Assert.Equal(4, token.TokenId);
        Assert.Equal(expected[4], token.LogProb, 1e-5);
        Assert.Equal([1, 3, 2], token.Top!.Select(entry => entry.TokenId));
        Assert.All(token.Top!, entry => Assert.Equal(expected[entry.TokenId], entry.LogProb, 1e-5));
        Assert.True(float.IsNaN(Sample(logits, SamplingOptions.Greedy).LogProb));
    }

    [Property(MaxTest = 300)]
    public void TopLogProbs_RandomLogits_AreThoseOfASort(int seed)
    {
        var random = new Random(seed);
        var logits = Logits(random, random.Next(1, 3000), coarse: random.Next(2) == 0);
        var count = random.Next(1, 21);

        var top = LogProbabilities.Top(logits, 0, count);

        var sorted = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id).Take(count);
        Assert.Equal(sorted, top.Select(entry => entry.TokenId));
    }

    [Property(MaxTest = 400)]
    public void Sample_AnyOptions_AgreesWithTheReference(int seed)
    {
        var random = new Random(seed);
        var vocabulary = random.Next(2, 3000);
        var logits = Logits(random, vocabulary, coarse: random.Next(4) == 0);
        var options = RandomOptions(random, vocabulary);
        var stopIds = new HashSet<int> { random.Next(vocabulary) };
        var stop = new StopOptions { MaxTokens = 99, MinTokens = random.Next(6), StopTokenIds = stopIds };
        var prompt = Enumerable.Range(0, 5).Select(_ => random.Next(vocabulary)).ToArray();
        var answer = Enumerable.Range(0, random.Next(9)).Select(_ => random.Next(Math.Min(vocabulary, 20))).ToArray();
        var state = new SamplingState(options, stop, prompt, 99, vocabulary);
        foreach (var id in answer)
            state.Add(id);

        var token = new Sampler(vocabulary).Sample(logits, state, seed);

        var edited = ReferenceSampler.Edit(logits, options, stop, prompt, answer);
        AssertDrawn(edited, options, Philox.Uniform(options.Seed, seed), token.TokenId);
    }

    /// <summary>The frequencies of many positions fit the distribution (chi-square, fixed seed, 99.9% bound).</summary>
    [Theory]
    [InlineData(1f, 0, 1f, 0f)]
    [InlineData(0.7f, 5, 1f, 0f)]
    [InlineData(1.5f, 0, 0.8f, 0f)]
    [InlineData(1f, 0, 1f, 0.1f)]
    public void Sample_ManyPositions_FitsTheDistribution(float temperature, int topK, float topP, float minP)
    {
        const int Draws = 20_000;
        var logits = Logits(new Random(5), 12, coarse: false);
        var options = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, Seed = 42 };
        var state = new SamplingState(options, NoStop, [0], 9, logits.Length);
        var sampler = new Sampler(logits.Length);
        var counts = new int[logits.Length];
        for (var position = 0; position < Draws; position++)
            counts[sampler.Sample(logits, state, position).TokenId]++;

        var probabilities = ReferenceSampler.Probabilities([.. logits.Select(logit => (double)logit)], options);
        var chiSquare = 0.0;
        for (var id = 0; id < counts.Length; id++)
        {
            if (probabilities[id] == 0)
                Assert.Equal(0, counts[id]);
            else
                chiSquare += Math.Pow(counts[id] - (Draws * probabilities[id]), 2) / (Draws * probabilities[id]);
        }
        Assert.InRange(chiSquare, 0, 31.3); // 11 degrees of freedom
    }

    private static SampledToken Sample(float[] logits, SamplingOptions options) =>
        new Sampler(logits.Length).Sample(logits, new SamplingState(options, NoStop, [], 10, logits.Length), 0);

    /// <summary>The reference's choice, or one beside it where float and double may round a boundary differently.</summary>
    private static void AssertDrawn(double[] logits, SamplingOptions options, double uniform, int drawn)
    {
        if (options.IsGreedy)
        {
            Assert.True(logits[drawn] >= logits.Max() - 1e-4, $"{drawn} is not the best token.");
            return;
        }
        var probabilities = ReferenceSampler.Probabilities(logits, options);
        var below = probabilities.Take(drawn).Sum();
        const double Tolerance = 1e-3;
        Assert.InRange(uniform, below - Tolerance, below + probabilities[drawn] + Tolerance);
        var unfiltered = ReferenceSampler.Softmax([.. logits.Select(logit => logit / options.Temperature)]);
        var least = probabilities.Select((probability, id) => probability > 0 ? unfiltered[id] : 1).Min();
        Assert.True(unfiltered[drawn] >= least * (1 - Tolerance), $"{drawn} was not to be kept.");
    }

    private static SamplingOptions RandomOptions(Random random, int vocabulary) => new()
    {
        Temperature = random.Next(6) == 0 ? 0 : 0.3f + random.NextSingle() * 2,
        TopK = random.Next(2) * random.Next(vocabulary + 5),
        TopP = random.Next(2) == 0 ? 1 : 0.05f + random.NextSingle() * 0.94f,
        MinP = random.Next(3) == 0 ? random.NextSingle() * 0.3f : 0,
        RepetitionPenalty = random.Next(2) == 0 ? 1 : 0.7f + random.NextSingle(),
        FrequencyPenalty = random.Next(2) == 0 ? 0 : random.NextSingle() - 0.5f,
        PresencePenalty = random.Next(2) == 0 ? 0 : random.NextSingle() - 0.5f,
        LogitBias = new Dictionary<int, float> { [random.Next(vocabulary)] = random.Next(-5, 5) },
        Seed = (ulong)random.NextInt64(),
    };

    private static float[] Logits(Random random, int count, bool coarse) =>
        [.. Enumerable.Range(0, count).Select(_ => coarse ? random.Next(-3, 4) : (random.NextSingle() * 12) - 6)];
}
