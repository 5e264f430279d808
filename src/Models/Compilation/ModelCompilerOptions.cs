using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Compilation;

/// <summary>How checkpoints are compiled.</summary>
public sealed record ModelCompilerOptions
{
    /// <summary>
    /// Where compiled models are kept. Default: <c>VISIONCLUSTER_CACHE</c>, else <c>visioncluster/compiled</c> in the user's cache folder
    /// (<c>XDG_CACHE_HOME</c>, <c>~/.cache</c>, or the local application data folder on Windows).
    /// </summary>
    public string CacheFolder { get; init; } = DefaultCacheFolder();

    /// <summary>The form of a decoder's linear layers. Default fp32.</summary>
    public ModelPrecision Precision { get; init; } = ModelPrecision.Fp32;

    /// <summary>
    /// Whether the blocks of vision encoders multiply 8-bit integers: weights with a scale for each output, activations with one for each
    /// row. Faster, and not exact (docs/performance.md). Default false.
    /// </summary>
    public bool Int8Encoders { get; init; }

    /// Whether a model that cannot take <see cref="Precision"/> (it has no decoder, or is a ready-made export) is refused; without it such a
    /// model keeps its own form. Default true.
    /// </summary>
    public bool PrecisionRequired { get; init; } = true;

    /// <summary>Whether the model will run on a GPU, which decides what <see cref="ModelPrecision.Auto"/> means. Default false.</summary>
    public bool Accelerator { get; init; }

    /// <summary>
    /// Whether int8 and int4 serve a GGUF file's own blocks as they are; without it they round what those blocks mean, which is worse and
    /// only of use to say by how much. Default true.
    /// </summary>
    public bool KeepBlocks { get; init; } = true;

    private static string DefaultCacheFolder()
    {
        if (Environment.GetEnvironmentVariable("VISIONCLUSTER_CACHE") is { Length: > 0 } cache)
        {
            return Path.GetFullPath(cache);
        }

        var root = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? Path.Combine(home, ".cache")
            : Path.GetTempPath();
        return Path.Combine(root, "visioncluster", "compiled");
    }
}
