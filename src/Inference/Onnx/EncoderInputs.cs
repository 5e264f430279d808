using Microsoft.ML.OnnxRuntime;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Onnx;

/// <summary>What an encoder graph takes beside pixels.</summary>
internal static class EncoderInputs
{
    /// <exception cref="ModelException">The tile does not divide into patches and image tokens.</exception>
    public static int TokensPerTile(EncoderManifest manifest, int height, int width)
    {
        var unit = manifest.PatchSize * manifest.Shuffle;
        return height % unit == 0 && width % unit == 0
            ? height / unit * (width / unit)
            : throw new ModelException($"A tile of {width}×{height} pixels does not divide into patches of {manifest.PatchSize} and blocks of {manifest.Shuffle}.");
    }

    /// <summary>Each patch's row in the tower's position table, int64 <c>[tiles, patches]</c>.</summary>
    public static OrtValue Positions(EncoderManifest manifest, int tiles, int height, int width)
    {
        var (rows, columns) = (height / manifest.PatchSize, width / manifest.PatchSize);
        var tile = PatchPositions.Grid(rows, columns, manifest.Side);
        var positions = new long[tiles * tile.Length];
        for (var i = 0; i < tiles; i++)
        {
            tile.CopyTo(positions.AsSpan(i * tile.Length));
        }

        return OrtValue.CreateTensorValueFromMemory(positions, [tiles, tile.Length]);
    }
}
