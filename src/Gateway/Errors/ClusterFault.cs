using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Errors;

/// <summary>What calls into the cluster end with when the cluster is to blame, not the request.</summary>
internal static class ClusterFault
{
    /// <summary>A silo left, did not answer, or could not be reached.</summary>
    public static bool IsOne(Exception exception) => exception is TimeoutException or SiloUnavailableException || IsRejection(exception);

    /// <summary>As <see cref="IsOne"/>, or a call that Orleans cancelled for a reason of its own: a range of its directory changed hands.</summary>
    /// <param name="exception">What the call ended with.</param>
    /// <param name="stop">The caller's reasons to end it.</param>
    public static bool IsTransient(Exception exception, CancellationToken stop) =>
        !stop.IsCancellationRequested && (exception is OperationCanceledException || IsOne(exception));

    /// <summary>As <see cref="IsTransient"/>, and the call killed nobody: repeating it is harmless, however often.</summary>
    public static bool IsHarmless(Exception exception, CancellationToken stop) =>
        !stop.IsCancellationRequested && (exception is OperationCanceledException || IsRejection(exception));

    // A call that a silo's death ended is rejected, too, but may have begun there.
    private static bool IsRejection(Exception exception) => exception is not SiloUnavailableException
        and (WayLostException
            or OrleansMessageRejectionException
            or ClientNotAvailableException
            or ConnectionFailedException // the only silo that this gateway knows is gone, and it has not heard that yet
            or EnumerationAbortedException);
}
