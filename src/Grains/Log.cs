using Microsoft.Extensions.Logging;

namespace VisionCluster.Grains;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Generation {RequestId} on model {Model} failed.")]
    public static partial void GenerationFailed(this ILogger logger, Exception exception, string model, string requestId);

    [LoggerMessage(2, LogLevel.Warning, "The conversation of generation {RequestId} was not saved.")]
    public static partial void ConversationNotSaved(this ILogger logger, Exception exception, string requestId);

    [LoggerMessage(3, LogLevel.Warning, "The conversation of generation {RequestId} is still being saved.")]
    public static partial void ConversationSavedLate(this ILogger logger, string requestId);

    [LoggerMessage(4, LogLevel.Debug, "A gateway was sent no tokens; it will read them.")]
    public static partial void NotPushed(this ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "An answer's {Bytes} bytes of KV did not come from {Silo}; it is prefilled again. {Reason}")]
    public static partial void KvNotFetched(this ILogger logger, string silo, long bytes, string reason);

    [LoggerMessage(6, LogLevel.Debug, "The cluster's Redis did not take or give an entry; things go on without it.")]
    public static partial void NotShared(this ILogger logger, Exception exception);
}
