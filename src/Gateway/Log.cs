using Microsoft.Extensions.Logging;

namespace VisionCluster.Gateway;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "No API key is configured: everybody who reaches the port may call (tenant 'default').")]
    public static partial void Open(this ILogger logger);

    [LoggerMessage(2, LogLevel.Error, "{Method} failed.")]
    public static partial void CallFailed(this ILogger logger, Exception exception, string method);

    [LoggerMessage(3, LogLevel.Warning, "{Method}: the cluster did not answer.")]
    public static partial void ClusterUnavailable(this ILogger logger, Exception exception, string method);

    [LoggerMessage(4, LogLevel.Warning, "The device directory did not answer.")]
    public static partial void DirectoryUnavailable(this ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Cancelling generation {RequestId} at its grain failed.")]
    public static partial void CancelFailed(this ILogger logger, Exception exception, string requestId);

    /// <summary>Without a stack: a dead silo is said for each of its answers.</summary>
    public static void Rerouting(this ILogger logger, Exception? exception) =>
        logger.ReroutingBecause(exception?.Message.Split('\n', 2)[0].TrimEnd() ?? "It refused.");

    [LoggerMessage(6, LogLevel.Information, "A device was unavailable; trying again elsewhere. {Reason}")]
    private static partial void ReroutingBecause(this ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Information, "Generation {RequestId} goes on elsewhere behind {Tokens} tokens.")]
    public static partial void GoingOn(this ILogger logger, string requestId, int tokens);

    [LoggerMessage(8, LogLevel.Error, "Generation {RequestId} ended {Deaths} silos or devices in a row, or was lost too often; it is not tried again.")]
    public static partial void Poison(this ILogger logger, string requestId, int deaths);

    [LoggerMessage(9, LogLevel.Information, "Generation {RequestId} could not be given up; its silo will notice.")]
    public static partial void NotAbandoned(this ILogger logger, Exception exception, string requestId);

    [LoggerMessage(10, LogLevel.Information, "Tenant {Tenant} loads a model from {Source}.")]
    public static partial void AdminLoads(this ILogger logger, string tenant, string source);

    [LoggerMessage(11, LogLevel.Information, "Tenant {Tenant} unloads model {Model} in revision {Revision}.")]
    public static partial void AdminUnloads(this ILogger logger, string tenant, string model, string revision);

    [LoggerMessage(12, LogLevel.Information, "Tenant {Tenant} chooses revision '{Revision}' of model {Model}.")]
    public static partial void AdminChooses(this ILogger logger, string tenant, string model, string revision);

    [LoggerMessage(13, LogLevel.Information, "Tenant {Tenant} cancels loads of model {Model} that wait.")]
    public static partial void AdminCancels(this ILogger logger, string tenant, string model);
}
