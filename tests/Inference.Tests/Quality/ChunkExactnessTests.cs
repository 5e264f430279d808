using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Inference.Quality;
using VisionCluster.Inference.Tests.Gguf;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Prompts;
using VisionCluster.Models.Quantization;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Quality;

/// <summary>
/// What the engine relies on, to the last bit: a row's logits do not depend on the other rows, nor on how its tokens were cut into runs:
/// chunks of a prompt, single steps of an answer, guesses that are checked together.
/// </summary>
public sealed class ChunkExactnessTests(SmolLm2 real) : IClassFixture<SmolLm2>, IDisposable
{
    private const int Tokens = 90;
    private const int Rows = 6;

    private readonly TemporaryFolder _cache = new();

    [Theory]
    [InlineData(ModelPrecision.Fp32)]
    [InlineData(ModelPrecision.Int8)]
    [InlineData(ModelPrecision.Int4)]
    public void EmojiVlm_ChunksAndCompany_ChangeNoBit(ModelPrecision precision) =>
        Check(new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path, Precision = precision }).Compile(Fixtures.EmojiVlm));

    [Theory]
    [InlineData(ModelPrecision.Fp32)]
    [InlineData(ModelPrecision.Int8)]
    [InlineData(ModelPrecision.Int4)]
    public void SmolLm2_ChunksAndCompany_ChangeNoBit(ModelPrecision precision)
    {
        Assert.SkipUnless(SmolLm2.IsAtHand, "The real model is not at hand.");
        Check(real.Compile(precision));
    }

    public void Dispose() => _cache.Dispose();

    private static void Check(CompiledModel model)
    {
        var ids = PromptPipeline.Load(model).Tokenizer.Encode(QualityText.Default[..8_000], addSpecialTokens: false);
        using var runner = (OnnxDecoderRunner)ModelRunners.OpenDecoder(model, DeviceOptions.Cpu, Rows, capacity: 128, maxChunkTokens: 128);
        var whole = Prefill(runner, 0, ids.AsSpan(0, Tokens), Tokens);
        foreach (var chunk in new[] { 1, 2, 3, 7, 16, 44, 64, 88, 89 })
        {
            Assert.Equal(whole, Prefill(runner, 1, ids.AsSpan(0, Tokens), chunk));
        }

        var stepped = new float[runner.VocabularySize];
        Prefill(runner, 0, ids.AsSpan(0, Tokens - 20), Tokens);
        for (var past = Tokens - 20; past < Tokens; past++)
        {
            runner.Decode([ids[past]], [past], stepped);
        }

        Assert.Equal(whole, stepped);

        const int Guessed = 5;
        var checkedTogether = new float[Guessed * runner.VocabularySize];
        runner.Extend(0, Tokens - Guessed, Embed(runner, ids.AsSpan(Tokens - Guessed, Guessed)), checkedTogether);
        Assert.Equal(whole, checkedTogether[^runner.VocabularySize..]);

        var alone = new float[runner.VocabularySize];
        runner.Decode([ids[Tokens]], [Tokens], alone);
        for (var rows = 2; rows <= Rows; rows++)
        {
            var together = new float[rows * runner.VocabularySize];
            for (var row = 0; row < rows; row++)
            {
                Prefill(runner, row, ids.AsSpan(row * 11, Tokens - row), Tokens);
            }

            runner.Decode([.. Enumerable.Range(0, rows).Select(row => ids[row == 0 ? Tokens : row])], [.. Enumerable.Range(0, rows).Select(row => Tokens - row)], together);
            Assert.Equal(alone, together[..runner.VocabularySize]);
        }

        CheckMixed(runner, ids, whole, alone);
    }

    /// <summary>A step, a guess that is checked and a prompt's chunks share their runs.</summary>
    private static void CheckMixed(OnnxDecoderRunner runner, int[] ids, float[] whole, float[] alone)
    {
        Assert.True(runner.MixesRuns);
        const int Guessed = 4;
        var vocabulary = runner.VocabularySize;
        foreach (var chunk in new[] { 1, 2, 15, 24, 89 })
        {
            Prefill(runner, 0, ids.AsSpan(0, Tokens), Tokens);
            Prefill(runner, 3, ids.AsSpan(0, Tokens - Guessed), Tokens);
            for (var past = 0; past < Tokens; past += chunk)
            {
                var count = Math.Min(chunk, Tokens - past);
                var last = past + count == Tokens;
                var logits = new float[(1 + Guessed + (last ? 1 : 0)) * vocabulary];
                SlotRun[] runs =
                    [new(3, Tokens - Guessed, Guessed, Guessed), new(5, past, count, last ? 1 : 0), new(0, Tokens, 1, 1)];
                int[] tokens = [.. ids[(Tokens - Guessed)..Tokens], .. ids[past..(past + count)], ids[Tokens]];
                runner.Run(runs, Embed(runner, tokens), logits);

                Assert.Equal(whole, logits.AsSpan((Guessed - 1) * vocabulary, vocabulary));
                Assert.Equal(alone, logits.AsSpan()[^vocabulary..]);
                if (last)
                {
                    Assert.Equal(whole, logits.AsSpan(Guessed * vocabulary, vocabulary));
                }
            }
        }
    }

    private static float[] Prefill(OnnxDecoderRunner runner, int slot, ReadOnlySpan<int> ids, int chunk)
    {
        var logits = new float[runner.VocabularySize];
        for (var past = 0; past < ids.Length; past += chunk)
        {
            var part = ids.Slice(past, Math.Min(chunk, ids.Length - past));
            runner.Prefill(slot, past, Embed(runner, part), past + part.Length == ids.Length ? logits : []);
        }

        return logits;
    }

    private static float[] Embed(OnnxDecoderRunner runner, ReadOnlySpan<int> ids)
    {
        var embeddings = new float[ids.Length * runner.HiddenSize];
        runner.Embed(ids, embeddings);
        return embeddings;
    }
}
