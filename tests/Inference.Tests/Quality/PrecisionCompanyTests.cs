using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Inference.Quality;
using VisionCluster.Inference.Tests.Decoding;
using VisionCluster.Inference.Tests.Exports;
using VisionCluster.Inference.Tests.Gguf;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Prompts;
using VisionCluster.Models.Quantization;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Quality;

/// <summary>The real engine in every precision: a session says the same alone and in company, whatever chunks prompts are cut into.</summary>
public sealed class PrecisionCompanyTests(SmolLm2 real) : IClassFixture<SmolLm2>, IDisposable
{
    private const int Sessions = 12;
    private const int Capacity = 224;
    private const int AnswerTokens = 20;

    private readonly TemporaryFolder _cache = new();

    [Theory]
    [InlineData(ModelPrecision.Fp32)]
    [InlineData(ModelPrecision.Int8)]
    [InlineData(ModelPrecision.Int4)]
    public Task EmojiVlm_AloneAndInCompany_SaysTheSame(ModelPrecision precision) => Check(new ModelCompiler(
        new ModelCompilerOptions { CacheFolder = _cache.Path, Precision = precision }).Compile(Fixtures.EmojiVlm));

    [Theory]
    [InlineData(ModelPrecision.Fp32)]
    [InlineData(ModelPrecision.Int8)]
    public Task EmojiVlm_EightBitCache_SaysTheSame(ModelPrecision precision) => Check(
        new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path, Precision = precision }).Compile(Fixtures.EmojiVlm), KvPrecision.Int8);

    [Theory]
    [InlineData(ModelPrecision.Fp32)]
    [InlineData(ModelPrecision.Int8)]
    [InlineData(ModelPrecision.Int4)]
    public Task SmolLm2_AloneAndInCompany_SaysTheSame(ModelPrecision precision)
    {
        Assert.SkipUnless(SmolLm2.IsAtHand, "The real model is not at hand.");
        return Check(real.Compile(precision));
    }

    public void Dispose() => _cache.Dispose();

    private static async Task Check(CompiledModel model, KvPrecision kv = KvPrecision.Fp32)
    {
        var ids = PromptPipeline.Load(model).Tokenizer.Encode(QualityText.Default[..8_000], addSpecialTokens: false);
        var alone = await Answers(model, ids, kv, slots: 1, chunk: Capacity, together: false);

        Assert.Equal(Sessions, alone.Distinct().Count());
        Assert.Equal(alone, await Answers(model, ids, kv, slots: Sessions, chunk: 32, together: true));
        Assert.Equal(alone, await Answers(model, ids, kv, slots: 5, chunk: 48, together: true));
        Assert.Equal(alone, await Answers(model, ids, kv, slots: 5, chunk: 48, together: true, budget: 400)); // they take each other's KV away
    }

    private static async Task<string[]> Answers(CompiledModel model, int[] text, KvPrecision kv, int slots, int chunk, bool together, int budget = 0)
    {
        var runner = ModelRunners.OpenDecoder(model, DeviceOptions.Cpu, slots, Capacity, chunk, kv);
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions
        {
            PrefillChunkTokens = chunk,
            KvBudgetTokens = budget,
            PrefixCacheBytes = budget > 0 ? 64 << 20 : 0,
        });
        var answers = new Task<Answer>[Sessions];
        for (var session = 0; session < Sessions; session++)
        {
            var prompt = text.AsSpan(session * 97, 10 + (session * 53 % 150)).ToArray();
            answers[session] = engine.Run(Engines.Request(prompt, AnswerTokens) with
            {
                Text = new SilentStream(),
                CacheScope = budget > 0 ? "all" : null,
            });
            if (!together)
            {
                await answers[session];
            }
        }

        return [.. (await Task.WhenAll(answers)).Select(answer => string.Join(' ', answer.Tokens))];
    }
}
