using VisionCluster.Contracts.Grains;

namespace VisionCluster.Silo.Administration;

/// <summary>
/// Which files a caller's word may reach: those below the operator's folders, after links are followed. What a folder below them holds is
/// its operator's matter.
/// </summary>
internal sealed class ModelRoots(IEnumerable<string> roots)
{
    private const int MaxChars = 1_024;
    private const int MaxLinks = 40; // as Linux follows at most

    private readonly string[] _roots = [.. roots.Select(root => Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)))];

    /// <param name="source">Relative to a root, or absolute and below one.</param>
    /// <returns>An absolute path without links, or why there is none.</returns>
    public (string? Path, Refusal? Refusal) Resolve(string source)
    {
        if (source.Length is 0 or > MaxChars || source.Any(char.IsControl))
            return Refuse(RefusalReason.InvalidArgument, $"source must have 1 to {MaxChars} characters, none of them control characters.");
        if (source.Split('/', '\\').Contains(".."))
            return Refuse(RefusalReason.InvalidArgument, "source must not contain '..'.");
        string[] candidates = Path.IsPathRooted(source)
            ? [Path.TrimEndingDirectorySeparator(Path.GetFullPath(source))]
            : [.. _roots.Select(root => Path.TrimEndingDirectorySeparator(Path.GetFullPath(source, root)))];
        if (Path.IsPathRooted(source) && !_roots.Any(root => IsBelow(candidates[0], root)))
            return Outside(); // said before the disk is looked at: it tells nothing about other folders
        if (Array.Find(candidates, Path.Exists) is not { } found)
            return Refuse(RefusalReason.NotFound, $"source: there is no '{source}' in this silo's model folders.");
        var real = RealPath(found, MaxLinks);
        return real is not null && _roots.Any(root => RealPath(root, MaxLinks) is { } realRoot && IsBelow(real, realRoot)) ? (real, null) : Outside();
    }

    private static bool IsBelow(string path, string root) =>
        path == root || path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static (string?, Refusal?) Outside() => Refuse(
        RefusalReason.Forbidden,
        "source: this silo loads models only from the folders that its operator named (VisionCluster:Silo:ModelRoots).");

    private static (string?, Refusal?) Refuse(RefusalReason reason, string message) => (null, new Refusal(reason, message));

    /// <returns>Null when there are too many links.</returns>
    private static string? RealPath(string path, int links)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (new FileInfo(real).LinkTarget is not { } target)
                continue;
            if (links == 0 || RealPath(Path.GetFullPath(target, Path.GetDirectoryName(real)!), links - 1) is not { } followed)
                return null;
            real = followed;
        }

        return real;
    }
}
