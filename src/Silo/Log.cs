using Microsoft.Extensions.Logging;

namespace VisionCluster.Silo;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Model {Model} serves on {Device} in {Precision}.")]
    public static partial void ModelLoaded(this ILogger logger, string model, string device, string precision);

    [LoggerMessage(2, LogLevel.Error, "Model {Model} was not loaded.")]
    public static partial void ModelNotLoaded(this ILogger logger, Exception exception, string model);

    [LoggerMessage(3, LogLevel.Information, "Generations were still running after {DrainTimeout}; they go on elsewhere.")]
    public static partial void HandingOver(this ILogger logger, TimeSpan drainTimeout);

    [LoggerMessage(5, LogLevel.Information, "Model {Model} in revision {Revision} is being unloaded.")]
    public static partial void Unloading(this ILogger logger, string model, string revision);

    [LoggerMessage(6, LogLevel.Information, "Generations were still running on {Model} after {Drain}; they go on elsewhere.")]
    public static partial void UnloadingHandsOver(this ILogger logger, string model, TimeSpan drain);

    [LoggerMessage(7, LogLevel.Information, "Model {Model} in revision {Revision} is unloaded.")]
    public static partial void Unloaded(this ILogger logger, string model, string revision);

    [LoggerMessage(8, LogLevel.Error, "Model {Model} could not be unloaded in order.")]
    public static partial void NotUnloaded(this ILogger logger, Exception exception, string model);

    [LoggerMessage(4, LogLevel.Warning, "The report to the device directory failed.")]
    public static partial void ReportFailed(this ILogger logger, Exception exception);
}
