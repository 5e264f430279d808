using System.Runtime.CompilerServices;

namespace VisionCluster.TestKit;

/// <summary>
/// Finds golden data: <c>tests/fixtures</c>, or the folder named by <c>VISIONCLUSTER_FIXTURES</c>. Any folder of the same layout is run;
/// nothing may rely on a fixture's name.
/// </summary>
public static class Fixtures
{
    public static string RepositoryRoot { get; } = Path.GetFullPath(Path.Combine(ThisFolder(), "..", ".."));

    public static string Root { get; } =
        Environment.GetEnvironmentVariable("VISIONCLUSTER_FIXTURES") is { Length: > 0 } root ? Path.GetFullPath(root)
        : Path.Combine(RepositoryRoot, "tests", "fixtures");

    /// <summary>The embedded default model's checkpoint folder.</summary>
    public static string EmojiVlm { get; } = Path.Combine(RepositoryRoot, "models", "emoji-vlm");

    /// <summary>The embedded model that matches pictures with texts.</summary>
    public static string EmojiSiglip { get; } = Path.Combine(RepositoryRoot, "models", "emoji-siglip");

    /// <summary>Sub-folders of <paramref name="kind"/> (for example <c>families</c>), by name; empty when the root has none.</summary>
    public static IReadOnlyList<string> Folders(string kind)
    {
        var folder = Path.Combine(Root, kind);
        return Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>The repository's own checkpoints.</summary>
    public static IReadOnlyList<string> Models => [.. Directory.GetDirectories(Path.Combine(RepositoryRoot, "models")).Order(StringComparer.Ordinal)];

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
