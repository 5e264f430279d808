using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Exports;

/// <summary>Runs an export's <c>vision_encoder.onnx</c>.</summary>
internal sealed class ExportEncoderRunner : IEncoderRunner
{
    private static readonly string[] OutputNames = [EncoderTensors.ImageFeatures];

    private readonly EncoderExport _export;
    private readonly EncoderManifest _manifest;
    private readonly DeviceSession _session;
    private readonly RunOptions _runOptions = new();

    public ExportEncoderRunner(CompiledModel model, DeviceOptions device)
    {
        _export = model.Export?.Encoder ?? throw new InvalidOperationException("The model has no encoder.");
        _manifest = model.Manifest.Encoder!;
        _session = SessionFactory.Open(_export.Path, device);
    }

    public int EmbeddingSize => _manifest.EmbeddingSize;

    public int TokensPerTile(int height, int width) =>
        (_export.Height ?? height) == height && (_export.Width ?? width) == width ? EncoderInputs.TokensPerTile(_manifest, height, width)
            : throw new ModelException($"A tile of {width}×{height} pixels is not of the {_export.Width ?? width}×{_export.Height ?? height} that this export takes.");

    public void Encode(int tiles, int height, int width, ReadOnlySpan<float> pixels, ReadOnlySpan<byte> mask, Span<float> embeddings)
    {
        if (mask.Contains((byte)0))
        {
            throw new ModelException("This model takes no padded images.");
        }

        var (step, size) = (_export.OneTile ? 1 : tiles, TokensPerTile(height, width) * EmbeddingSize);
        for (var tile = 0; tile < tiles; tile += step)
        {
            var area = 3 * height * width;
            Encode(step, height, width, pixels.Slice(tile * area, step * area), embeddings.Slice(tile * size, step * size));
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
    }

    private void Encode(int tiles, int height, int width, ReadOnlySpan<float> pixels, Span<float> embeddings)
    {
        using var image = FloatTensor.Create(pixels, _export.Pixels, Shape(tiles, 3, height, width));
        using var mask = Mask(tiles, height, width);
        string[] names = mask is null ? [EncoderTensors.PixelValues] : [EncoderTensors.PixelValues, ExportTensors.PixelMask];
        OrtValue[] values = mask is null ? [image] : [image, mask];
        using var outputs = _session.Run(_runOptions, names, values, OutputNames);
        FloatTensor.Read(outputs[0], _export.Features, embeddings);
    }

    /// <summary>Every pixel is real.</summary>
    private OrtValue? Mask(int tiles, int height, int width)
    {
        var shape = Shape(tiles, height, width);
        return _export.Mask switch
        {
            null => null,
            ExportElement.Bool => OrtValue.CreateTensorValueFromMemory(Filled(true), shape),
            _ => OrtValue.CreateTensorValueFromMemory(Filled(1L), shape),
        };

        T[] Filled<T>(T value)
        {
            var values = new T[tiles * height * width];
            Array.Fill(values, value);
            return values;
        }
    }

    private long[] Shape(params ReadOnlySpan<long> sides) => _export.Nested ? [1, .. sides] : [.. sides];
}
