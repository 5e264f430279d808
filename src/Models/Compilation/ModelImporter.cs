using VisionCluster.Models.Exports;

namespace VisionCluster.Models.Compilation;

/// <summary>
/// Makes a compiled folder of its own from a checkpoint: graphs, weights, manifest, and the small files that serving reads (configuration,
/// tokenizer, template, processors). The result needs neither the checkpoint nor the compile cache, and starts at once.
/// </summary>
public static class ModelImporter
{
    // Weights are in the compiled form already; golden data and pictures are nobody's at run time.
    private static readonly string[] TextExtensions = [".json", ".jinja", ".model", ".txt", ".md"];
    private const long MaxTextBytes = 64 << 20;

    /// <param name="checkpoint">Whatever <see cref="ModelCompiler.Compile"/> takes.</param>
    /// <param name="output">A folder that does not exist yet, or is empty.</param>
    /// <param name="options">How to compile.</param>
    /// <param name="progress">What is being done.</param>
    /// <exception cref="ModelException">The checkpoint cannot be honoured, or the output folder is not empty.</exception>
    public static CompiledModel Import(string checkpoint, string output, ModelCompilerOptions options, IProgress<string>? progress = null)
    {
        output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));
        if (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any())
        {
            throw new ModelException($"The output folder {Path.GetFileName(output)} is not empty; name a new one.");
        }

        var model = new ModelCompiler(options).Compile(checkpoint, Path.GetFileName(output), progress);
        var work = $"{output}.{Guid.NewGuid():N}.partial";
        Directory.CreateDirectory(work);
        try
        {
            progress?.Report($"Writing {Path.GetFileName(output)}");
            foreach (var file in TextFiles(model.CheckpointFolder))
            {
                File.Copy(file, Path.Combine(work, Path.GetFileName(file)));
            }

            CopyGraphs(model, work);

            if (Directory.Exists(output))
            {
                Directory.Delete(output);
            }

            Directory.Move(work, output);
            return model.Export is null ? model with { CheckpointFolder = output, Folder = output } : new ModelCompiler(options).Compile(output);
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    /// <summary>An imported folder as a model; null when the folder is not one.</summary>
    /// <exception cref="ModelException">It is damaged, or was made by another version of the compiler.</exception>
    internal static CompiledModel? Open(string folder, string? name)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!File.Exists(Path.Combine(folder, ModelManifest.FileName)) || !File.Exists(Path.Combine(folder, CompiledModel.WeightsFile)))
        {
            return null;
        }

        name ??= Path.GetFileName(folder);
        var manifest = ModelManifest.ReadComplete(folder) ?? throw new ModelException($"{name} is damaged: a file of its manifest is missing or cut off; import it again.");
        return manifest.CompilerVersion == ModelCompiler.Version
            ? new CompiledModel(name, folder, folder, manifest)
            : throw new ModelException($"{name} was imported by compiler version {manifest.CompilerVersion}; this is {ModelCompiler.Version}: import it again.");
    }

    /// <summary>A ready-made export's graphs stay as they are, in the folder where they are looked for.</summary>
    private static void CopyGraphs(CompiledModel model, string work)
    {
        if (model.Export is null)
        {
            foreach (var name in model.Manifest.Files.Keys.Append(ModelManifest.FileName))
            {
                File.Copy(Path.Combine(model.Folder, name), Path.Combine(work, name), overwrite: true);
            }

            return;
        }

        var graphs = Directory.CreateDirectory(Path.Combine(work, ExportLocation.SubFolder)).FullName;
        foreach (var name in model.Manifest.Files.Keys)
        {
            File.Copy(Path.Combine(model.CheckpointFolder, name), Path.Combine(graphs, Path.GetFileName(name)));
        }
    }

    private static IEnumerable<string> TextFiles(string folder) => Directory.EnumerateFiles(folder)
        .Where(file => TextExtensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)
            && Path.GetFileName(file) != ModelManifest.FileName
            && !file.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase)
            && new FileInfo(file).Length <= MaxTextBytes);
}
