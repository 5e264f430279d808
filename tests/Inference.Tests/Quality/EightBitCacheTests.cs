using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Inference.Quality;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Quality;

/// <summary>Keys and values in 8 bits, on emoji-vlm.</summary>
public sealed class EightBitCacheTests : IDisposable
{
    private const int Rows = 4;
    private const int Past = 16;
    private const int Steps = 24;

    private readonly TemporaryFolder _cache = new();

    [Fact]
    public void Budget_SameBytes_FourTimesTheTokens()
    {
        var model = Compile();
        var options = new ModelHostOptions { KvBytes = 8L * 512 * ModelRunners.KvBytesPerToken(model), MaxSlots = 64 };

        Assert.Equal(8 * 512, Budget(KvPrecision.Fp32));
        Assert.Equal(4 * 8 * 512, Budget(KvPrecision.Int8));

        int Budget(KvPrecision precision) =>
            KvPlan.Create(options, ModelRunners.KvBytesPerToken(model, precision), capacity: 512, isPaged: true).BudgetTokens;
    }

    [Fact]
    public void Decode_SameTokens_CloseToFloatCache()
    {
        var model = Compile();
        using var expected = Open(model, KvPrecision.Fp32);
        using var actual = Open(model, KvPrecision.Int8);
        var meter = new DivergenceMeter(expected.VocabularySize);
        for (var slot = 0; slot < Rows; slot++)
        {
            var prompt = Enumerable.Range(0, Past).Select(i => Token(slot, i)).ToArray();
            Prefill(expected, slot, prompt);
            Prefill(actual, slot, prompt);
        }

        var (left, right) = (new float[Rows * expected.VocabularySize], new float[Rows * expected.VocabularySize]);
        for (var step = 0; step < Steps; step++)
        {
            int[] tokens = [.. Enumerable.Range(0, Rows).Select(slot => Token(slot, Past + step))];
            int[] past = [.. Enumerable.Repeat(Past + step, Rows)];
            expected.Decode(tokens, past, left);
            actual.Decode(tokens, past, right);
            for (var row = 0; row < Rows; row++)
            {
                var range = (row * expected.VocabularySize)..((row + 1) * expected.VocabularySize);
                meter.Add(left.AsSpan(range), right.AsSpan(range), null);
            }
        }

        Assert.Equal(Rows * Steps, meter.Positions);
        Assert.InRange(meter.MeanDivergence, 1e-9, 0.02);
        Assert.InRange(meter.TopOneAgreement, 0.9, 1);
    }

    [Fact]
    public void Slots_CopiedAndSwapped_HoldTheSame()
    {
        using var runner = Open(Compile(), KvPrecision.Int8);
        var prompt = Enumerable.Range(0, Past).Select(i => Token(1, i)).ToArray();
        Prefill(runner, 0, prompt);
        var (before, after) = (new float[runner.VocabularySize], new float[runner.VocabularySize]);
        runner.Decode([7], [Past], before);

        runner.CopySlot(0, 2, Past);
        Prefill(runner, 0, [.. prompt.Reverse()]);
        runner.SwapSlots(0, 2, Past, Past);
        runner.Decode([7], [Past], after);

        Assert.Equal(before, after);
    }

    [Fact]
    public void Open_DeviceWithoutEightBitCaches_Refused()
    {
        var error = Assert.Throws<ModelException>(() => ModelRunners.OpenDecoder(
            Compile(), new DeviceOptions { Kind = DeviceKind.Cuda }, slots: 1, capacity: 64, maxChunkTokens: 64, KvPrecision.Int8));

        Assert.Contains("int8", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _cache.Dispose();

    private static int Token(int slot, int position) => 300 + (((slot * 131) + (position * 37)) % 1_900);

    private static OnnxDecoderRunner Open(CompiledModel model, KvPrecision precision) =>
        OnnxDecoderRunner.Open(model, DeviceOptions.Cpu, Rows, capacity: 64, maxChunkTokens: 64, precision);

    private static void Prefill(OnnxDecoderRunner runner, int slot, int[] prompt)
    {
        var embeddings = new float[prompt.Length * runner.HiddenSize];
        runner.Embed(prompt, embeddings);
        runner.Prefill(slot, 0, embeddings, []);
    }

    private CompiledModel Compile() => new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path }).Compile(Fixtures.EmojiVlm);
}
