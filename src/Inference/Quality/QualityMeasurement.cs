using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.Models.Prompts;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Inference.Quality;

/// <summary>
/// Runs a text through every form of a model, window by window beside float32: agreement and divergence of the next-token distributions at
/// every position, perplexity, bytes and speed.
/// </summary>
public sealed class QualityMeasurement(string checkpoint, ModelCompilerOptions options, DeviceOptions device, string text)
{
    private const int WindowTokens = 256;

    /// <summary>Measures float32 first, then each form.</summary>
    /// <param name="forms">Forms besides float32.</param>
    /// <param name="withSpeed">Whether to time them too.</param>
    /// <param name="progress">What is being done.</param>
    /// <param name="cancellationToken">Gives up before the next form or window.</param>
    /// <exception cref="ModelException">The model has no causal decoder, or cannot be compiled; or the text is too short.</exception>
    public IReadOnlyList<QualityRow> Run(
        IReadOnlyList<QualityForm> forms, bool withSpeed = true, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        var reference = new ModelCompiler(options with { Precision = ModelPrecision.Fp32, KeepBlocks = true }).Compile(checkpoint, progress: progress);
        if (reference.Manifest.Decoder is not { BidirectionalPrefix: false })
        {
            throw new ModelException($"{reference.Name} does not predict each token from those before it, so a text has no perplexity.");
        }

        var tokenizer = PromptPipeline.Load(reference).Tokenizer;
        var (begin, ids) = (tokenizer.Encode("", addSpecialTokens: true), tokenizer.Encode(text, addSpecialTokens: false));
        var windows = ids.Chunk(Math.Min(WindowTokens, reference.Manifest.Decoder.MaxPositions - begin.Length - 1))
            .Select(window => (int[])[.. begin, .. window]).Where(window => window.Length > 1).ToList();
        if (windows.Count == 0)
        {
            throw new ModelException("The text has no two tokens, so nothing can be predicted.");
        }

        return [.. forms.Prepend(QualityForm.Float).Select(form => Measure(form))];

        QualityRow Measure(QualityForm form)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report($"Measuring {form.Name}");
            var model = new ModelCompiler(options with { Precision = form.Precision, KeepBlocks = form.KeepBlocks }).Compile(checkpoint, progress: progress);
            var meter = Compare(reference, model, device, windows, cancellationToken);
            var speeds = withSpeed ? Speeds(model, ids) : default;
            return new QualityRow(
                form.Name, meter.Positions, meter.TopOneAgreement, meter.MeanDivergence, meter.Perplexity, model.Manifest.Decoder!.WeightBytes,
                speeds.Prefill, speeds.Alone, speeds.Together);
        }
    }

    /// <summary>Compares two compiled forms over sequences of token ids, each begun anew.</summary>
    internal static DivergenceMeter Compare(
        CompiledModel reference, CompiledModel model, DeviceOptions device, IEnumerable<int[]> windows, CancellationToken cancellationToken = default)
    {
        using var table = new EmbeddingTable(reference);
        using var left = new ModelInspector(reference, device);
        using var right = model.Folder == reference.Folder ? null : new ModelInspector(model, device);
        var meter = new DivergenceMeter(table.VocabularySize);
        foreach (var window in windows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var embeddings = new float[window.Length * table.HiddenSize];
            table.Lookup(window, embeddings);
            var expected = Logits(left, embeddings);
            var actual = right is null ? expected : Logits(right, embeddings);
            for (var i = 0; i < window.Length; i++)
            {
                var row = i * table.VocabularySize;
                meter.Add(
                    expected.AsSpan(row, table.VocabularySize),
                    actual.AsSpan(row, table.VocabularySize),
                    i + 1 < window.Length ? window[i + 1] : null);
            }
        }

        return meter;
    }

    private (double Prefill, double Alone, double Together) Speeds(CompiledModel model, int[] ids)
    {
        using var meter = new SpeedMeter(model, device, ids);
        return (meter.Prefill(), meter.Decode(1), meter.DecodeTogether());
    }

    private static float[] Logits(ModelInspector inspector, float[] embeddings) =>
        inspector.Decode(embeddings, name => name == DecoderTensors.Logits)[0].Values;
}
