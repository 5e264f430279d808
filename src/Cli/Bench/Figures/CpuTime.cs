using System.Diagnostics;
using System.Globalization;

namespace VisionCluster.Cli.Bench.Figures;

/// <summary>Processor time of a process so far.</summary>
/// <param name="Total">All threads.</param>
/// <param name="Devices">Threads of engines and encoder batchers; zero where the system does not tell (it is read from Linux' /proc).</param>
internal readonly record struct CpuTime(TimeSpan Total, TimeSpan Devices)
{
    /// <summary>Everything but the devices.</summary>
    public TimeSpan Rest => Total - Devices;

    /// <summary>This process.</summary>
    public static CpuTime Read() => new(Environment.CpuUsage.TotalTime, DevicesOf(Environment.ProcessId));

    public static CpuTime Of(Process process)
    {
        process.Refresh();
        return new CpuTime(process.TotalProcessorTime, DevicesOf(process.Id));
    }

    public static CpuTime operator -(CpuTime a, CpuTime b) => new(a.Total - b.Total, a.Devices - b.Devices);

    private static TimeSpan DevicesOf(int process)
    {
        var (tasks, devices) = (string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task"), 0L);
        if (Directory.Exists(tasks))
        {
            foreach (var task in Directory.EnumerateDirectories(tasks))
                devices += DeviceNanoseconds(task);
        }

        return TimeSpan.FromMicroseconds(devices / 1000.0);
    }

    private static long DeviceNanoseconds(string task)
    {
        try
        {
            var name = File.ReadAllText(Path.Combine(task, "comm"));
            return name.StartsWith("decode ", StringComparison.Ordinal) || name.StartsWith("encode ", StringComparison.Ordinal)
                ? long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture)
                : 0;
        }
        catch (IOException)
        {
            return 0; // the thread has just ended
        }
    }
}
