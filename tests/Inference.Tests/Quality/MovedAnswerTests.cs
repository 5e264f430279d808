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

/// <summary>Answers that wander between two engines with their KV say what they say at home, in every precision, in company.</summary>
public sealed class MovedAnswerTests(SmolLm2 real) : IClassFixture<SmolLm2>, IDisposable
{
    private const int Sessions = 6;
    private const int Capacity = 224;
    private const int AnswerTokens = 24;
    private const int TokensPerStay = 7;

    private readonly TemporaryFolder _cache = new();

    [Theory]
    [InlineData(ModelPrecision.Fp32, KvPrecision.Fp32)]
    [InlineData(ModelPrecision.Int8, KvPrecision.Fp32)]
    [InlineData(ModelPrecision.Int8, KvPrecision.Fp16)]
    [InlineData(ModelPrecision.Int4, KvPrecision.Fp32)]
    public Task EmojiVlm_Moved_SaysTheSame(ModelPrecision precision, KvPrecision kv) => Check(
        new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path, Precision = precision }).Compile(Fixtures.EmojiVlm), kv);

    [Theory]
    [InlineData(ModelPrecision.Fp32)]
    [InlineData(ModelPrecision.Int8)]
    public Task SmolLm2_Moved_SaysTheSame(ModelPrecision precision)
    {
        Assert.SkipUnless(SmolLm2.IsAtHand, "The real model is not at hand.");
        return Check(real.Compile(precision), KvPrecision.Fp32);
    }

    public void Dispose() => _cache.Dispose();

    private static async Task Check(CompiledModel model, KvPrecision kv)
    {
        var ids = PromptPipeline.Load(model).Tokenizer.Encode(QualityText.Default[..8_000], addSpecialTokens: false);
        var prompts = Enumerable.Range(0, Sessions).Select(i => ids.AsSpan(i * 97, 10 + (i * 53 % 150)).ToArray()).ToArray();
        await using var home = Open();
        await using var away = Open();
        var expected = await Task.WhenAll(prompts.Select(prompt => home.Run(Request(prompt, []))));

        var moved = await Task.WhenAll(prompts.Select(WanderAsync));

        Assert.Equal(expected.Select(answer => string.Join(' ', answer.Tokens)), moved);

        DecodeEngine Open() => new(
            ModelRunners.OpenDecoder(model, DeviceOptions.Cpu, Sessions, Capacity, maxChunkTokens: 32, kv),
            new DecodeEngineOptions { PrefillChunkTokens = 32 });

        async Task<string> WanderAsync(int[] prompt)
        {
            var tokens = new List<int>();
            CarriedKv? carried = null;
            for (var stay = 0; tokens.Count < AnswerTokens; stay++)
            {
                var generation = (stay % 2 == 0 ? home : away).Submit(Request(prompt, tokens), carried).Generation!;
                for (var read = 0; read < TokensPerStay && await generation.Updates.WaitToReadAsync() && generation.Updates.TryRead(out var update); read++)
                    tokens.Add(update.TokenId);
                generation.Leave(long.MaxValue);
                var left = await generation.Read();
                tokens.AddRange(left.Tokens);
                carried = left.Result.Kv;
                Assert.True(carried is not null || tokens.Count == AnswerTokens);
                Assert.True(stay == 0 || left.Result.CachedTokens >= prompt.Length); // nothing was prefilled again
            }
            return string.Join(' ', tokens);
        }
    }

    private static GenerationRequest Request(int[] prompt, List<int> answered) => Engines.Request([.. prompt, .. answered], AnswerTokens) with
    {
        Text = new SilentStream(),
        CacheScope = "all",
        AnsweredTokens = answered.Count,
    };
}
