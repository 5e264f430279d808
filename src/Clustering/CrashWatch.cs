using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace VisionCluster.Clustering;

/// <summary>
/// Notices a silo's crash by the connection that broke with it, long before its probes run out. A machine that refuses a port says that
/// nobody listens there: the process is gone. One that is only stalled accepts, a machine that is gone or cut off says nothing, and both
/// are left to the probes. One check runs for each end point, so it is bounded by the cluster's silos.
/// </summary>
internal sealed class CrashWatch(IClusterMembershipService membership, ILogger<CrashWatch> logger)
{
    private const int Refusals = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<IPEndPoint, bool> _checking = new();

    /// <summary>Watches connections that this silo opened to others.</summary>
    public void UseOutbound(IConnectionBuilder connection) => Use(connection, remote => [remote]);

    /// <summary>
    /// Watches connections that other silos opened to this one; two silos often have but one between them. Its port over there says nothing
    /// of who it was: every member at that address is looked at.
    /// </summary>
    public void UseInbound(IConnectionBuilder connection) => Use(connection, remote => membership.CurrentSnapshot.Members.Values
        .Where(m => m.Status == SiloStatus.Active && m.SiloAddress.Endpoint.Address.Equals(remote.Address))
        .Select(m => m.SiloAddress.Endpoint));

    private void Use(IConnectionBuilder connection, Func<IPEndPoint, IEnumerable<IPEndPoint>> silosAt) => connection.Use(next => async context =>
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (context.RemoteEndPoint is IPEndPoint remote)
            {
                foreach (var silo in silosAt(remote).Where(silo => _checking.TryAdd(silo, true)))
                    _ = CheckAsync(silo);
            }
        }
    });

    private static async Task<bool> RefusesAsync(IPEndPoint silo)
    {
        using var socket = new Socket(silo.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(ConnectTimeout);
        try
        {
            await socket.ConnectAsync(silo, limit.Token);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task CheckAsync(IPEndPoint silo)
    {
        try
        {
            for (var refusal = 0; refusal < Refusals; refusal++)
            {
                if (Find(silo) is null || !await RefusesAsync(silo))
                    return;
                await Task.Delay(Pause);
            }

            if (Find(silo) is { } crashed && await membership.TryKill(crashed))
                logger.SiloCrashed(crashed.ToString());
        }
        catch (Exception e)
        {
            logger.CrashNotDeclared(e, silo.ToString()); // the probes will
        }
        finally
        {
            _checking.TryRemove(silo, out _);
        }
    }

    /// <summary>The member at the end point; one that leaves in order is none any more.</summary>
    private SiloAddress? Find(IPEndPoint silo) => membership.CurrentSnapshot.Members.Values
        .FirstOrDefault(m => m.Status == SiloStatus.Active && m.SiloAddress.Endpoint.Equals(silo))?.SiloAddress;
}
