using System.Globalization;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>Processor time of this process so far.</summary>
/// <param name="Total">All threads.</param>
/// <param name="Devices">Threads of engines and encoder batchers; zero where the system does not tell (it is read from Linux' /proc).</param>
internal readonly record struct CpuTime(TimeSpan Total, TimeSpan Devices)
{
    private const string Tasks = "/proc/self/task";

    public static CpuTime Read()
    {
        var devices = 0L;
        if (Directory.Exists(Tasks))
        {
            foreach (var task in Directory.EnumerateDirectories(Tasks))
                devices += DeviceNanoseconds(task);
        }

        return new CpuTime(Environment.CpuUsage.TotalTime, TimeSpan.FromMicroseconds(devices / 1000.0));
    }

    public static CpuTime operator -(CpuTime a, CpuTime b) => new(a.Total - b.Total, a.Devices - b.Devices);

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
