using System.Diagnostics;
using System.Runtime.CompilerServices;
using VisionCluster.TestKit;

namespace VisionCluster.Faults.Tests.Processes;

/// <summary>Time of day of processes that a test starts; it can be set while they run. Linux with a C compiler.</summary>
internal sealed class SetClock : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static void SkipWithoutCompiler() => Assert.SkipUnless(
        OperatingSystem.IsLinux() && File.Exists("/usr/bin/cc"), "There is no C compiler: see deploy/install-test-tools.sh.");

    public static async Task<SetClock> CreateAsync()
    {
        var clock = new SetClock();
        using var compiler = Process.Start("/usr/bin/cc", ["-shared", "-fPIC", "-O1", "-Wall", "-o", clock.Library, Source(), "-ldl"]);
        await compiler.WaitForExitAsync().Within("clock.c is compiled");
        return compiler.ExitCode == 0 ? clock : throw new InvalidOperationException("clock.c could not be compiled.");
    }

    private string Library => Path.Combine(_folder.Path, "clock.so");

    /// <summary>For the process whose clock it is.</summary>
    public IReadOnlyDictionary<string, string> Environment(int process)
    {
        Set(process, TimeSpan.Zero);
        return new Dictionary<string, string> { ["LD_PRELOAD"] = Library, ["VISIONCLUSTER_TEST_CLOCK"] = Offset(process) };
    }

    /// <summary>Sets the process's clock off by so much from now on.</summary>
    public void Set(int process, TimeSpan offset)
    {
        using var file = new FileStream(Offset(process), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes((long)offset.TotalSeconds)); // in place: the process has mapped it
    }

    public void Dispose() => _folder.Dispose();

    private static string Source([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "clock.c");

    private string Offset(int process) => Path.Combine(_folder.Path, $"offset{process}");
}
