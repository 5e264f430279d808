using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Exports;
using VisionCluster.Models.Families;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Compilation;

/// <summary>
/// Compiles a checkpoint folder into serving graphs, once: the result is cached on disk under its revision (digest of configuration,
/// weights, precision and compiler version). A folder appears under its final name only when it is complete.
/// </summary>
public sealed class ModelCompiler(ModelCompilerOptions options)
{
    /// <summary>Raise it with every change of what the graphs compute or how they are stored.</summary>
    public const int Version = 2;

    private const string Precision = "fp32";

    /// <exception cref="ModelException">The checkpoint cannot be honoured.</exception>
    public CompiledModel Compile(string checkpointFolder, string? name = null, IProgress<string>? progress = null)
    {
        if (ExportLocation.Find(checkpointFolder) is { } export)
        {
            return ExportReader.Open(export, name);
        }

        checkpointFolder = Path.GetFullPath(checkpointFolder);
        name ??= Path.GetFileName(checkpointFolder.TrimEnd(Path.DirectorySeparatorChar));
        if (!Directory.Exists(checkpointFolder))
        {
            throw new ModelException($"There is no checkpoint folder {name}.");
        }

        var family = ModelFamily.Read(ConfigSection.Load(checkpointFolder));
        var digest = CheckpointDigest.Compute(checkpointFolder);
        var revision = CheckpointDigest.Combine(digest, Precision, $"compiler {Version}")[..32];
        var folder = Path.Combine(options.CacheFolder, $"{family.ModelType}-{revision}");
        if (ModelManifest.ReadComplete(folder) is { } cached && cached.Revision == revision && cached.CompilerVersion == Version)
        {
            return new CompiledModel(name, checkpointFolder, folder, cached);
        }

        progress?.Report($"Compiling {name}");
        return new CompiledModel(name, checkpointFolder, folder, Build(family, checkpointFolder, folder, digest, revision));
    }

    private ModelManifest Build(ModelFamily family, string checkpointFolder, string folder, string digest, string revision)
    {
        Directory.CreateDirectory(options.CacheFolder);
        var work = Path.Combine(options.CacheFolder, $".{Path.GetFileName(folder)}.{Guid.NewGuid():N}");
        Directory.CreateDirectory(work);
        try
        {
            ModelParts parts;
            using (var weights = CheckpointWeights.Open(checkpointFolder))
            using (var file = new WeightFile(Path.Combine(work, CompiledModel.WeightsFile)))
            {
                parts = family.Compile(new CompilationTarget(work, weights, file));
                file.Flush();
            }

            var manifest = new ModelManifest
            {
                CompilerVersion = Version,
                Family = family.ModelType,
                SourceDigest = digest,
                Precision = Precision,
                Revision = revision,
                Decoder = parts.Decoder,
                Encoder = parts.Encoder,
                Vision = parts.Vision,
                Text = parts.Text,
                Labels = parts.Labels,
                Similarity = parts.Similarity,
                Files = new DirectoryInfo(work).GetFiles().ToDictionary(f => f.Name, f => f.Length, StringComparer.Ordinal),
            };
            manifest.Write(work);
            Publish(work, folder);
            return manifest;
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private static void Publish(string work, string folder)
    {
        // A folder that is there but incomplete is a damaged one; a complete one was made meanwhile by another process, and is the same.
        if (Directory.Exists(folder))
        {
            if (ModelManifest.ReadComplete(folder) is not null)
            {
                return;
            }

            Directory.Delete(folder, recursive: true);
        }

        try
        {
            Directory.Move(work, folder);
        }
        catch (IOException) when (ModelManifest.ReadComplete(folder) is not null)
        {
        }
    }
}
