using System.Globalization;
using System.Runtime.InteropServices;

namespace VisionCluster.Faults.Tests.Processes;

/// <summary>
/// Cuts established TCP connections between two processes of this machine, as a router that forgets them does: both ends live, and both
/// see the connection end. Linux; the test borrows the sockets (pidfd_getfd(2)) and shuts them down.
/// </summary>
internal static partial class Connections
{
    private const int PidfdOpen = 434;
    private const int PidfdGetfd = 438;
    private const int BothWays = 2;
    private const string Established = "01";

    /// <returns>How many there were.</returns>
    public static int Cut(ServerProcess one, ServerProcess other)
    {
        var sockets = Sockets(other).Select(s => s.Ends).ToHashSet();
        var shared = Sockets(one).Where(s => sockets.Contains((s.Ends.Remote, s.Ends.Local))).ToList();
        foreach (var (descriptor, _) in shared)
            Shut(one.Id, descriptor);
        return shared.Count;
    }

    private static List<(int Descriptor, (string Local, string Remote) Ends)> Sockets(ServerProcess process)
    {
        var ends = File.ReadLines($"/proc/{process.Id}/net/tcp").Concat(File.ReadLines($"/proc/{process.Id}/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == Established)
            .DistinctBy(fields => fields[9]) // a line may come twice while the kernel's table changes
            .ToDictionary(fields => $"socket:[{fields[9]}]", fields => (V4(fields[1]), V4(fields[2])));
        var sockets = new List<(int, (string, string))>();
        foreach (var link in Directory.EnumerateFiles($"/proc/{process.Id}/fd"))
        {
            if (new FileInfo(link).LinkTarget is { } target && ends.TryGetValue(target, out var pair))
                sockets.Add((int.Parse(Path.GetFileName(link), CultureInfo.InvariantCulture), pair));
        }

        return sockets;
    }

    /// <summary>An end point's IPv4 address and port, also of a socket for both versions.</summary>
    private static string V4(string endPoint) => endPoint[^13..];

    private static void Shut(int process, int descriptor)
    {
        var handle = Call(PidfdOpen, process, 0, 0);
        var socket = handle < 0 ? -1 : Call(PidfdGetfd, handle, descriptor, 0);
        try
        {
            if (socket < 0 || Shutdown((int)socket, BothWays) != 0)
                throw new InvalidOperationException($"A socket of process {process} could not be shut: error {Marshal.GetLastPInvokeError()}.");
        }
        finally
        {
            Close((int)socket);
            Close((int)handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Call(long number, long a, long b, long c);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int Shutdown(int socket, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
