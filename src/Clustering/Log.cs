using Microsoft.Extensions.Logging;

namespace VisionCluster.Clustering;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The cluster is not there yet: {Reason}")]
    public static partial void ClusterNotThere(this ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "A connection with {Peer} was refused: {Reason}")]
    public static partial void ConnectionRefused(this ILogger logger, string peer, string reason);
}
