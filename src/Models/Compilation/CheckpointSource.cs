using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Gguf;

namespace VisionCluster.Models.Compilation;

/// <summary>
/// Where a model comes from: a Hugging Face folder (<c>config.json</c> beside safetensors), or a GGUF file, by itself or as the only one
/// of its folder. A folder that has both is read as the former.
/// </summary>
public abstract class CheckpointSource : IDisposable
{
    private const string GgufExtension = ".gguf";

    /// <summary>What the model is called unless it is given a name.</summary>
    internal abstract string Name { get; }

    /// <summary>Whether a path can be given to <see cref="ModelCompiler.Compile"/>; what it holds may still be refused.</summary>
    public static bool Exists(string path) =>
        File.Exists(path) ? HasGgufExtension(path) : File.Exists(Path.Combine(path, "config.json")) || GgufFiles(path).Count > 0;

    /// <summary>Whether a checkpoint has matrices in blocks of its own, which int8 and int4 serve as they are.</summary>
    /// <exception cref="ModelException">There is nothing to read.</exception>
    public static bool HasBlocks(string path)
    {
        using var source = Open(path);
        using var tensors = source.OpenTensors();
        return tensors.Names.Any(name => tensors.BlocksOf(name) is not null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <exception cref="ModelException">There is nothing to read, or too much to choose from.</exception>
    internal static CheckpointSource Open(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(path))
        {
            return HasGgufExtension(path) ? new GgufCheckpoint(path)
                : throw new ModelException($"{Path.GetFileName(path)} is neither a folder nor a {GgufExtension} file.");
        }

        if (!Directory.Exists(path))
        {
            throw new ModelException($"There is no checkpoint folder {Path.GetFileName(path)}.");
        }

        var files = GgufFiles(path);
        if (CheckpointWeights.Exist(path) || files.Count == 0)
        {
            return new FolderCheckpoint(path);
        }

        return files is [var only] ? new GgufCheckpoint(only, Path.GetFileName(path)) : throw new ModelException(
            $"{Path.GetFileName(path)} holds {files.Count} GGUF files ({string.Join(", ", files.Take(5).Select(Path.GetFileName))}); name one of them.");
    }

    internal abstract ConfigSection ReadConfig();

    /// <summary>SHA-256 over everything that graphs and weights, and what is written beside them, are made from.</summary>
    internal abstract string ComputeDigest();

    internal abstract ITensorSource OpenTensors();

    /// <summary>Where configuration, tokenizer and template are: in the checkpoint's own folder, or in the compiled one.</summary>
    internal abstract string TextFolder(string compiledFolder);

    /// <summary>Writes configuration, tokenizer and template into a compiled folder, if they are in no folder yet.</summary>
    internal virtual void WriteTextFiles(string compiledFolder)
    {
    }

    private protected virtual void Dispose(bool disposing)
    {
    }

    private static bool HasGgufExtension(string path) => path.EndsWith(GgufExtension, StringComparison.OrdinalIgnoreCase);

    private static List<string> GgufFiles(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Where(HasGgufExtension).Order(StringComparer.Ordinal).Take(100)] : [];
}
