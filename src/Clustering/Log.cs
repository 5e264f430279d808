using Microsoft.Extensions.Logging;

namespace VisionCluster.Clustering;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The cluster is not there yet: {Reason}")]
    public static partial void ClusterNotThere(this ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "A connection with {Peer} was refused: {Reason}")]
    public static partial void ConnectionRefused(this ILogger logger, string peer, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Silo {Silo} has crashed: its machine refuses its port. It is declared dead.")]
    public static partial void SiloCrashed(this ILogger logger, string silo);

    [LoggerMessage(4, LogLevel.Information, "The silo at {EndPoint} could not be declared dead; the probes decide.")]
    public static partial void CrashNotDeclared(this ILogger logger, Exception exception, string endPoint);

    [LoggerMessage(5, LogLevel.Information, "The store did not say which silos there are; those that were there are used on.")]
    public static partial void GatewaysNotRead(this ILogger logger, Exception exception);
}
