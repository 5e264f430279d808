using Microsoft.ML.OnnxRuntime;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Onnx;

/// <summary>What an encoder graph takes: pixels, and as the model needs them each patch's position and the mask of real patches.</summary>
internal sealed class EncoderInputs : IDisposable
{
    private readonly List<string> _names = [];
    private readonly List<OrtValue> _values = [];

    /// <param name="manifest">The encoder.</param>
    /// <param name="pixels"><c>[tiles, 3, height, width]</c></param>
    /// <param name="tiles">Tiles.</param>
    /// <param name="height">Tile height.</param>
    /// <param name="width">Tile width.</param>
    /// <param name="mask"><c>[tiles, height, width]</c>, 0 on padding; empty where every pixel is real.</param>
    /// <exception cref="ModelException">The model does not take tiles of this shape, or no padding.</exception>
    public EncoderInputs(EncoderManifest manifest, float[] pixels, int tiles, int height, int width, ReadOnlySpan<byte> mask)
    {
        _ = TokensPerTile(manifest, height, width);
        if (!manifest.PatchMask && mask.Contains((byte)0))
        {
            throw new ModelException("This model takes no padded images.");
        }

        Add(EncoderTensors.PixelValues, OrtValue.CreateTensorValueFromMemory(pixels, [tiles, 3, height, width]));
        if (!manifest.FixedSize)
        {
            AddPatches(manifest, tiles, height, width, mask);
        }
    }

    public IReadOnlyCollection<string> Names => _names;

    public IReadOnlyCollection<OrtValue> Values => _values;

    /// <exception cref="ModelException">The tile does not divide into patches and image tokens, or is not of the model's size.</exception>
    public static int TokensPerTile(EncoderManifest manifest, int height, int width)
    {
        var size = manifest.Side * manifest.PatchSize;
        if (manifest.FixedSize ? height / manifest.PatchSize != manifest.Side || width / manifest.PatchSize != manifest.Side
            : height < manifest.PatchSize || width < manifest.PatchSize)
        {
            throw new ModelException($"A tile of {width}×{height} pixels is not of the {size}×{size} that this model takes.");
        }

        if (manifest.TokensPerTile is { } tokens)
        {
            return tokens;
        }

        var unit = manifest.PatchSize * manifest.Shuffle;
        return height % unit == 0 && width % unit == 0
            ? height / unit * (width / unit)
            : throw new ModelException(
                $"A tile of {width}×{height} pixels does not divide into patches of {manifest.PatchSize} and blocks of {manifest.Shuffle}.");
    }

    public void Dispose() => _values.ForEach(value => value.Dispose());

    private void AddPatches(EncoderManifest manifest, int tiles, int height, int width, ReadOnlySpan<byte> mask)
    {
        var (rows, columns) = (height / manifest.PatchSize, width / manifest.PatchSize);
        var (patches, area) = (rows * columns, height * width);
        var (positions, real) = (new long[tiles * patches], new int[tiles * patches]);
        var whole = PatchPositions.Grid(rows, columns, manifest.Side);
        for (var tile = 0; tile < tiles; tile++)
        {
            var at = positions.AsSpan(tile * patches, patches);
            var flags = real.AsSpan(tile * patches, patches);
            if (mask.IsEmpty)
            {
                whole.CopyTo(at);
                flags.Fill(1);
                continue;
            }

            var patchMask = PatchPositions.PatchMask(mask.Slice(tile * area, area), height, width, manifest.PatchSize, everyPixel: true);
            PatchPositions.Grid(patchMask, rows, columns, manifest.Side).CopyTo(at);
            for (var i = 0; i < patches; i++)
            {
                flags[i] = patchMask[i];
            }
        }

        Add(EncoderTensors.PositionIds, OrtValue.CreateTensorValueFromMemory(positions, [tiles, patches]));
        if (manifest.PatchMask)
        {
            Add(EncoderTensors.PatchMask, OrtValue.CreateTensorValueFromMemory(real, [tiles, patches]));
        }
    }

    private void Add(string name, OrtValue value)
    {
        _names.Add(name);
        _values.Add(value);
    }
}
