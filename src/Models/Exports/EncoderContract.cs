using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Exports;

/// <summary>Reads what the graphs beside a decoder take and give: <c>vision_encoder.onnx</c> and <c>embed_tokens.onnx</c>.</summary>
internal static class EncoderContract
{
    private const int NestedRank = 5;

    private static readonly ExportElement[] Floats = [ExportElement.Float32, ExportElement.Float16];

    /// <exception cref="ModelException">The graph cannot be run as a vision encoder of this configuration.</exception>
    public static EncoderExport Read(string path, GraphSignature graph, EncoderManifest manifest)
    {
        var reader = new SignatureReader(graph);
        var nested = reader.Rank(EncoderTensors.PixelValues) is null or NestedRank;
        long?[] plane = nested ? [null, null, null, null] : [null, null, null];
        var (batch, tiles) = (nested ? reader.Side(EncoderTensors.PixelValues, 0) : null, reader.Side(EncoderTensors.PixelValues, nested ? 1 : 0));
        if (batch is not (null or 1) || tiles is not (null or 1))
        {
            throw reader.Wrong($"takes {tiles ?? batch} tiles at a time, not any number");
        }

        var pixels = nested ? reader.RequiredInput(EncoderTensors.PixelValues, Floats, null, null, 3, null, null)
            : reader.RequiredInput(EncoderTensors.PixelValues, Floats, null, 3, null, null);
        var export = new EncoderExport
        {
            Path = path,
            Nested = nested,
            OneTile = tiles == 1,
            Height = reader.Side(EncoderTensors.PixelValues, ^2),
            Width = reader.Side(EncoderTensors.PixelValues, ^1),
            Pixels = pixels,
            Mask = reader.Input(ExportTensors.PixelMask, [ExportElement.Bool, ExportElement.Int64], plane),
            Features = reader.Output(EncoderTensors.ImageFeatures, Floats, null, null, manifest.EmbeddingSize),
        };
        reader.RefuseOthers();
        return export;
    }

    /// <exception cref="ModelException">The graph cannot be run as an embedding table of this configuration.</exception>
    public static EmbedderExport ReadEmbedder(string path, GraphSignature graph, DecoderManifest manifest)
    {
        var reader = new SignatureReader(graph);
        reader.RequiredInput(ExportTensors.InputIds, [ExportElement.Int64], 1, SignatureReader.Free);
        var embeddings = reader.Output(ExportTensors.Embeddings, Floats, 1, SignatureReader.Free, manifest.HiddenSize);
        reader.RefuseOthers();
        return new EmbedderExport { Path = path, Embeddings = embeddings };
    }
}
