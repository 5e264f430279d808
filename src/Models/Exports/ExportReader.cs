using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Exports;

/// <summary>
/// Opens a ready-made export as a model: its configuration is read as any checkpoint's, its graphs are looked at before ONNX Runtime sees
/// them, and nothing is compiled or cached.
/// </summary>
internal static class ExportReader
{
    /// <summary>Raise it with every change of how exports are run.</summary>
    private const int Version = 1;

    /// <exception cref="ModelException">The configuration or a graph cannot be honoured.</exception>
    public static CompiledModel Open(ExportLocation location, string? name)
    {
        var family = ModelFamily.Read(ConfigSection.Load(location.Folder));
        var parts = family.DescribeExport();
        var files = new List<string>();
        var export = Read(location, parts, files);
        var digest = CheckpointDigest.OfFiles(files.Prepend(Path.Combine(location.Folder, "config.json")).Select(
            file => (Path.GetRelativePath(location.Folder, file), file)));
        var manifest = new ModelManifest
        {
            CompilerVersion = ModelCompiler.Version,
            Family = family.ModelType,
            SourceDigest = digest,
            Precision = location.Variant.Name,
            Revision = CheckpointDigest.Combine(digest, location.Variant.Name, $"export {Version}")[..32],
            Decoder = parts.Decoder,
            Encoder = parts.Encoder,
            Files = files.ToDictionary(file => Path.GetRelativePath(location.Folder, file), file => new FileInfo(file).Length, StringComparer.Ordinal),
        };
        return new CompiledModel(name ?? Path.GetFileName(location.Folder), location.Folder, location.GraphFolder, manifest) { Export = export };
    }

    private static ModelExport Read(ExportLocation location, ModelParts parts, List<string> files)
    {
        var decoder = parts.Decoder ?? throw new InvalidOperationException("An export has a decoder.");
        var export = new ModelExport { Decoder = DecoderContract.Read(location.Decoder, Signature(location.Decoder, files), decoder) };
        if (export.Decoder.TakesIds)
        {
            return parts.Encoder is null ? export : throw new ModelException(
                $"{Path.GetFileName(location.Decoder)} takes {ExportTensors.InputIds}; images need a decoder that takes {ExportTensors.Embeddings}.");
        }

        var embedder = Required(location, ExportTarget.Embedder);
        export = export with { Embedder = EncoderContract.ReadEmbedder(embedder, Signature(embedder, files), decoder) };
        if (parts.Encoder is null)
        {
            return export;
        }

        var encoder = Required(location, ExportTarget.Encoder);
        return export with { Encoder = EncoderContract.Read(encoder, Signature(encoder, files), parts.Encoder) };
    }

    private static string Required(ExportLocation location, string stem) =>
        location.Graph(stem) ?? throw new ModelException($"The export lacks {stem}.onnx.");

    private static GraphSignature Signature(string path, List<string> files)
    {
        var signature = GraphFileReader.Read(path);
        files.Add(path);
        files.AddRange(signature.DataFiles.Select(file => Path.Combine(Path.GetDirectoryName(path)!, file)).Where(file => !files.Contains(file)));
        return signature;
    }
}
