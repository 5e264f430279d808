namespace VisionCluster.TestKit;

/// <summary>
/// Real checkpoints, which the repository does not hold: sub-folders of the folder that <c>VISIONCLUSTER_MODELS</c> names, by default
/// <c>shared/models</c> beside the repository.
/// </summary>
public static class RealModels
{
    public static string Root { get; } =
        Environment.GetEnvironmentVariable("VISIONCLUSTER_MODELS") is { Length: > 0 } root ? Path.GetFullPath(root)
        : Path.GetFullPath(Path.Combine(Fixtures.RepositoryRoot, "..", "shared", "models"));

    /// <summary>The folder of a model; null when it is not at hand.</summary>
    public static string? Find(string name)
    {
        var folder = Path.Combine(Root, name);
        return Directory.Exists(folder) ? folder : null;
    }
}
