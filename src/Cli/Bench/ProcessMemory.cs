using System.Diagnostics;

namespace VisionCluster.Cli.Bench;

/// <summary>This process's memory now.</summary>
/// <param name="ManagedBytes">Live managed objects.</param>
/// <param name="ResidentBytes">Pages in main memory, mapped files among them.</param>
internal readonly record struct ProcessMemory(long ManagedBytes, long ResidentBytes)
{
    public static ProcessMemory Read()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return new ProcessMemory(GC.GetTotalMemory(forceFullCollection: false), process.WorkingSet64);
    }
}
