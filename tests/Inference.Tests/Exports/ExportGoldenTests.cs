using System.Runtime.InteropServices;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Exports;
using VisionCluster.Inference.Verification;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Exports;

/// <summary>Our exports on the plainer path say what the reference says.</summary>
[Trait("Category", "Golden")]
public class ExportGoldenTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Checkpoints() => [.. ExportedCheckpoint.Goldens];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    public void Export_FedWithGoldenInputs_EqualsTheReference(string checkpoint)
    {
        using var export = new ExportedCheckpoint(Path.Combine(Fixtures.RepositoryRoot, checkpoint));

        var comparisons = GraphVerifier.Verify(export.Open());

        Assert.Contains(comparisons, comparison => comparison.Tensor == "generated_ids");
        Assert.DoesNotContain(comparisons, comparison => !comparison.Passed);
    }

    /// <summary>A chunk's last logits are the whole prompt's at that position, wherever the chunk ends.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    public void Prefill_InChunksOfAnySize_EqualsTheWholePrompt(string checkpoint)
    {
        using var export = new ExportedCheckpoint(Path.Combine(Fixtures.RepositoryRoot, checkpoint));
        var model = export.Open();
        var capacity = Math.Min(1_024, model.Manifest.Decoder!.MaxPositions);
        using var runner = new ExportDecoderRunner(model, DeviceOptions.Cpu, 1, capacity);
        var check = new ExportCheck(model, runner);
        foreach (var golden in GoldenCase.ReadAll(model.CheckpointFolder))
        {
            using var file = golden.OpenTensors();
            if (!file.Tensors.TryGetValue("logits", out var entry) || entry.Shape[1] > capacity)
            {
                continue;
            }

            var (tokens, vocabulary) = ((int)entry.Shape[1], runner.VocabularySize);
            var expected = FloatWidening.ToFloats(file.Bytes(entry), entry);
            var rows = Rows(check, file, runner, model);
            var (actual, past) = (new float[vocabulary], 0);
            for (var chunk = 1; past < tokens; chunk = (chunk % 13) + 3)
            {
                var count = Math.Min(chunk, tokens - past);
                runner.Prefill(0, past, rows.AsSpan(past * runner.HiddenSize, count * runner.HiddenSize), actual);
                past += count;
                AssertClose(expected.AsSpan((past - 1) * vocabulary, vocabulary), actual);
            }
        }
    }

    private static float[] Rows(ExportCheck check, SafetensorsFile file, ExportDecoderRunner runner, CompiledModel model)
    {
        if (check.Compute(file).TryGetValue("inputs_embeds", out var embeddings))
        {
            return embeddings.Floats!;
        }

        var ids = MemoryMarshal.Cast<byte, long>(file.Bytes(file.Tensors["input_ids"])).ToArray();
        return PromptMerge.Run(model, runner, ids, null);
    }

    private static void AssertClose(ReadOnlySpan<float> expected, float[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance * Math.Max(1, Math.Abs(expected[i])));
        }
    }
}
