using System.Globalization;

namespace VisionCluster.Silo.Administration;

/// <summary>Main memory that is free now, where the system says so.</summary>
internal static class MemoryRoom
{
    private const string MachineFile = "/proc/meminfo";
    private const string ContainerFolder = "/sys/fs/cgroup";

    /// <returns>Bytes for the machine and its container, whichever has less; null where neither is known.</returns>
    public static long? AvailableBytes()
    {
        var (machine, container) = (Field(MachineFile, "MemAvailable:") * 1_024, ContainerBytes());
        return machine is null || container < machine ? container ?? machine : machine;
    }

    // Control groups, version 2: what is used counts cached files, which make room.
    private static long? ContainerBytes()
    {
        var limit = Number(Read(Path.Combine(ContainerFolder, "memory.max"))?.Trim());
        var used = Number(Read(Path.Combine(ContainerFolder, "memory.current"))?.Trim());
        return limit - used + (Field(Path.Combine(ContainerFolder, "memory.stat"), "inactive_file ") ?? 0);
    }

    private static long? Field(string file, string name) => Read(file)?.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => Number(line[name.Length..].Trim().Split(' ')[0])).FirstOrDefault();

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Read(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
