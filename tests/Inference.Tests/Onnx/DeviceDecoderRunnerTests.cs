using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Inference.Tests.Decoding;
using VisionCluster.Inference.Tests.Exports;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Inference.Tests.Onnx;

/// <summary>
/// What runs on GPUs, run on a CPU: padding, copies, addresses and names of graphs are those of a GPU; nothing is captured or replayed here.
/// </summary>
public sealed class DeviceDecoderRunnerTests(HalfModels models) : IClassFixture<HalfModels>
{
    private const int Slots = 7;
    private const int Capacity = 48;

    private static readonly DeviceOptions WithGraphs = DeviceOptions.Cpu with { CudaGraphs = true };

    [Theory]
    [InlineData("models/emoji-vlm", ModelPrecision.Fp16, true)]
    [InlineData("models/emoji-vlm", ModelPrecision.Fp16, false)]
    [InlineData("models/emoji-vlm", ModelPrecision.Int4, true)]
    [InlineData("tests/fixtures/families/llama", ModelPrecision.Fp16, true)]
    [InlineData("tests/fixtures/families/mistral", ModelPrecision.Fp16, true)]
    [InlineData("tests/fixtures/families/paligemma", ModelPrecision.Fp16, true)]
    public void RandomSchedule_PaddedRows_ChangeNoTokenAndNoSlot(string checkpoint, ModelPrecision precision, bool graphs)
    {
        var model = models.Compile(checkpoint, precision);
        using var plain = Plain(model, Slots);
        using var padded = Open(model, Slots, DeviceOptions.Cpu with { CudaGraphs = graphs });

        for (var seed = 0; seed < 2; seed++)
        {
            new RunnerSchedule(plain, padded, seed).Run(steps: 100);
        }

        Assert.InRange(padded.Captured, graphs ? 3 : 0, graphs ? new CudaGraphPlan(Slots, Capacity).Count : 0);
    }

    [Fact]
    public void Decode_SameBucket_BindsTheSameAddresses()
    {
        using var runner = Open(models.Compile("models/emoji-vlm"), Slots, WithGraphs);
        Fill(runner, rows: 4, tokens: 5);

        Decode(runner, rows: 3, past: 5);
        var (bound, addresses) = (runner.Bound(4)!, Addresses(runner.Bound(4)!));
        Decode(runner, rows: 4, past: 6);
        runner.SwapSlots(0, 3, 7, 7);
        Fill(runner, rows: 1, tokens: 9);
        Decode(runner, rows: 3, past: 7);

        Assert.Same(bound, runner.Bound(4));
        Assert.Equal(addresses, Addresses(bound));
        Assert.Null(runner.Bound(3));
        Assert.Equal(1, runner.Captured);
    }

    [Fact]
    public void Decode_SpareSlotIsFull_RunsUncapturedAndLeavesIt()
    {
        var model = models.Compile("models/emoji-vlm");
        using var plain = Plain(model, 4);
        using var padded = Open(model, 4, WithGraphs);
        foreach (var runner in new OnnxDecoderRunner[] { plain, padded })
        {
            Fill(runner, rows: 3, tokens: 5);
            Prefill(runner, slot: 3, Capacity);
        }

        var before = Kv(padded, 3, Capacity);

        Assert.Equal(Decode(plain, rows: 3, past: 5), Decode(padded, rows: 3, past: 5));
        Assert.Equal(before, Kv(padded, 3, Capacity));
        Assert.Equal(0, padded.Captured);
    }

    [Fact]
    public async Task Engine_DoesNotKnow_SessionsSayTheSame()
    {
        var model = models.Compile("models/emoji-vlm");

        Assert.Equal(await Answers(Plain(model, 5)), await Answers(Open(model, 5, WithGraphs)));
    }

    [Fact]
    public void OpenDecoder_GraphsOnAnotherDevice_SaysWhatToChange()
    {
        var error = Assert.Throws<ModelException>(() => ModelRunners.OpenDecoder(models.Compile("models/emoji-vlm"), WithGraphs, 1, 64, 64));

        Assert.Contains("Leave --cuda-graphs away", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OpenDecoder_BuildWithoutCuda_SaysSo(bool graphs)
    {
        Assert.SkipWhen(OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"), "This build has CUDA.");
        var device = new DeviceOptions { Kind = DeviceKind.Cuda, CudaGraphs = graphs };

        var error = Assert.Throws<ModelException>(() => ModelRunners.OpenDecoder(models.Compile("models/emoji-vlm"), device, 1, 64, 64));

        Assert.Contains("does not load on cuda:0", error.Message, StringComparison.Ordinal);
    }

    private static BatchDecoderRunner Plain(CompiledModel model, int slots) =>
        new(model, DeviceOptions.Cpu, slots, Capacity, Capacity, KvPrecision.Fp16);

    private static DeviceDecoderRunner Open(CompiledModel model, int slots, DeviceOptions device) =>
        new(model, device, slots, Capacity, Capacity, KvPrecision.Fp16);

    private static void Fill(OnnxDecoderRunner runner, int rows, int tokens)
    {
        for (var slot = 0; slot < rows; slot++)
        {
            Prefill(runner, slot, tokens);
        }
    }

    private static void Prefill(OnnxDecoderRunner runner, int slot, int tokens)
    {
        var embeddings = new float[tokens * runner.HiddenSize];
        runner.Embed([.. Enumerable.Range(0, tokens).Select(i => 5 + (((slot * 31) + (i * 7)) % 200))], embeddings);
        runner.Prefill(slot, 0, embeddings, []);
    }

    private static int[] Decode(OnnxDecoderRunner runner, int rows, int past)
    {
        var logits = new float[rows * runner.VocabularySize];
        runner.Decode([.. Enumerable.Range(20, rows)], [.. Enumerable.Repeat(past, rows)], logits);
        return RunnerSchedule.Best(logits, rows);
    }

    private static byte[] Kv(OnnxDecoderRunner runner, int slot, int tokens)
    {
        var bytes = new byte[tokens * runner.KvBytesPerToken];
        runner.ReadKv(slot, 0, tokens, bytes);
        return bytes;
    }

    private static nint[] Addresses(IReadOnlyList<OrtValue> bound) => [.. bound.Select(DeviceMemory.Address)];

    private static async Task<string[]> Answers(OnnxDecoderRunner runner)
    {
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions { PrefillChunkTokens = 16 });
        var answers = Enumerable.Range(0, 9).Select(session => engine.Run(
            Engines.Request([.. Enumerable.Range(0, 4 + session).Select(i => 5 + (((session * 53) + (i * 11)) % 200))], 6 + (session * 3)) with
            {
                Text = new SilentStream(),
            }));
        return [.. (await Task.WhenAll(answers)).Select(answer => string.Join(' ', answer.Tokens))];
    }
}
