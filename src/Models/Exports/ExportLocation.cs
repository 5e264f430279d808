using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Exports;

/// <summary>Where a ready-made export is, and which of its variants is meant.</summary>
/// <param name="Folder">The checkpoint's folder, where <c>config.json</c> and the tokenizer are.</param>
/// <param name="GraphFolder">Where the graphs are: the checkpoint's folder or <c>onnx</c> in it.</param>
/// <param name="Decoder">The decoder's file.</param>
/// <param name="Variant">The decoder's variant.</param>
internal sealed record ExportLocation(string Folder, string GraphFolder, string Decoder, ExportVariant Variant)
{
    public const string SubFolder = "onnx";

    private const string Extension = ".onnx";

    /// <summary>Newer exports of text models call the decoder just model.</summary>
    private static readonly string[] DecoderStems = [ExportTarget.Decoder, ExportTarget.TextModel];

    /// <summary>
    /// The export that a path means: a decoder's file or the folder <c>onnx</c>, or a checkpoint's folder without safetensors and GGUF files. Null for any
    /// other path.
    /// </summary>
    /// <exception cref="ModelException">The path is an ONNX file that is no decoder of an export.</exception>
    public static ExportLocation? Find(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(path))
        {
            return path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) ? OfFile(path) : null;
        }

        var parent = Path.GetDirectoryName(path);
        if (parent is not null && Path.GetFileName(path) == SubFolder && !IsCheckpoint(path) && IsCheckpoint(parent))
        {
            return InFolder(parent, path);
        }

        return !IsCheckpoint(path) || HasTensors(path) ? null : InFolder(path, Path.Combine(path, SubFolder)) ?? InFolder(path, path);
    }

    /// <summary>Another graph of the export: of the decoder's variant where there is one, else the most exact; null when there is none.</summary>
    public string? Graph(string stem) => ExportVariant.All.Prepend(Variant)
        .Select(variant => Path.Combine(GraphFolder, variant.FileName(stem))).FirstOrDefault(File.Exists);

    private static ExportLocation OfFile(string path)
    {
        var (name, folder) = (Path.GetFileName(path), Path.GetDirectoryName(path)!);
        var variant = ExportVariant.All.FirstOrDefault(variant => Array.Exists(DecoderStems, stem => variant.FileName(stem) == name))
            ?? throw new ModelException($"{name} is not the decoder of an export (decoder_model_merged.onnx, model.onnx, or one of these with a suffix).");
        var checkpoint = Path.GetFileName(folder) == SubFolder && Path.GetDirectoryName(folder) is { } parent && IsCheckpoint(parent) ? parent : folder;
        return new ExportLocation(checkpoint, folder, path, variant);
    }

    private static ExportLocation? InFolder(string checkpoint, string folder)
    {
        var found = DecoderStems.SelectMany(stem => ExportVariant.All, (stem, variant) => (Path: Path.Combine(folder, variant.FileName(stem)), variant))
            .FirstOrDefault(candidate => File.Exists(candidate.Path));
        return found.Path is null ? null : new ExportLocation(checkpoint, folder, found.Path, found.variant);
    }

    private static bool IsCheckpoint(string folder) => File.Exists(Path.Combine(folder, "config.json"));

    private static bool HasTensors(string folder) => CheckpointWeights.Exist(folder) || Directory.EnumerateFiles(folder, "*.gguf").Any();
}
