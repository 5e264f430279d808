using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Quality;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Prompts;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// Chooses the scales of an 8-bit key-value pool when a model is loaded: from the largest key and value of each channel on a piece of prose,
/// kept in float32. What is larger later is clipped, and
/// clipping costs more than coarser steps: hence <see cref="Margin"/>.
/// </summary>
internal static class KvCalibration
{
    private const int Tokens = 256;
    private const int Characters = 4_000;
    private const float Margin = 2;
    private const float Most = 127;

    // A channel that widens a head holds nothing; a scale must not be zero.
    private const float Least = 1e-6f;

    public static KvScales Measure(CompiledModel model, DeviceOptions device)
    {
        var ids = PromptPipeline.Load(model).Tokenizer.Encode(QualityText.Default[..Characters], addSpecialTokens: true);
        var tokens = Math.Min(Math.Min(Tokens, ids.Length), model.Manifest.Decoder!.MaxPositions);
        using var runner = OnnxDecoderRunner.Open(model, device, slots: 1, tokens, tokens);
        var embeddings = new float[tokens * runner.HiddenSize];
        runner.Embed(ids.AsSpan(0, tokens), embeddings);
        runner.Prefill(0, 0, embeddings, []);
        var kv = (HostKvMemory)runner.Kv;
        return new KvScales(kv.Shape, Enumerable.Range(0, kv.Shape.Planes).Select(plane => Scales(kv.Largest(plane, 0, tokens))));
    }

    private static float[] Scales(float[] largest) => [.. largest.Select(value => Math.Max(value, Least) * Margin / Most)];
}
