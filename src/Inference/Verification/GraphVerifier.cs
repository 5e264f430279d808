using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Verification;

/// <summary>
/// Compares a compiled model's graphs with golden tensors, fed with the golden pixels and ids (processors and tokenizers have their own
/// checks). Every expected tensor is compared; one that this program does not compute is a failure.
/// </summary>
internal static class GraphVerifier
{
    private const int MaxContext = 4_096;

    /// <summary>What the graphs are fed with.</summary>
    private static readonly string[] Inputs =
    [
        EncoderTensors.PixelValues,
        "pixel_attention_mask",
        EncoderTensors.InputIds,
        EncoderTensors.AttentionMask,
        EncoderTensors.TokenTypeIds,
    ];

    /// <exception cref="ModelException">The golden data cannot be read.</exception>
    public static IReadOnlyList<Comparison> Verify(CompiledModel model)
    {
        using var inspector = new ModelInspector(model, DeviceOptions.Cpu);
        using var decoder = OpenDecoder(model);
        var check = Create(model, inspector, decoder);
        var results = new List<Comparison>();
        foreach (var golden in GoldenCase.ReadAll(model.CheckpointFolder))
        {
            using var file = golden.OpenTensors();
            var computed = check.Compute(file);
            results.AddRange(file.Tensors.Values.OrderBy(t => t.Name, StringComparer.Ordinal)
                .Where(expected => !Inputs.Contains(expected.Name, StringComparer.Ordinal) && Shows(model, expected.Name))
                .Select(expected => computed.TryGetValue(expected.Name, out var actual)
                    ? TensorComparer.Compare(golden.Name, file, expected, actual, TensorComparer.Tolerance)
                    : new Comparison(golden.Name, expected.Name, false, 0, 0, "not compared: this program does not compute it")));
        }

        return results;
    }

    /// <summary>Whether a model's graphs show a golden tensor: those of a ready-made export show no layers.</summary>
    public static bool Shows(CompiledModel model, string tensor) => model.Export is null || Inputs.Contains(tensor, StringComparer.Ordinal)
        || tensor is EncoderTensors.ImageFeatures or "generated_ids" or "generated_logits" || (tensor == "inputs_embeds" && !model.Export.Decoder.TakesIds);

    /// <summary>The check for a model of this kind.</summary>
    public static IGraphCheck Create(CompiledModel model, ModelInspector inspector, IDecoderRunner? decoder) =>
        decoder is null ? new EncoderCheck(model, inspector) : model.Export is not null ? new ExportCheck(model, decoder)
            : new GenerativeCheck(model, inspector, decoder);

    /// <summary>One slot; null for a model that does not generate.</summary>
    public static IDecoderRunner? OpenDecoder(CompiledModel model)
    {
        if (model.Manifest.Decoder is not { } decoder)
        {
            return null;
        }

        var capacity = Math.Min(MaxContext, decoder.MaxPositions);
        return ModelRunners.OpenDecoder(model, DeviceOptions.Cpu, slots: 1, capacity, capacity);
    }
}
