using System.Net;
using System.Net.Sockets;

namespace VisionCluster.Faults.Tests.Processes;

internal static class Ports
{
    /// <summary>Free on the loopback interface just now.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
