using System.Globalization;
using Grpc.Core;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Errors;

/// <summary>From what can go wrong to a gRPC status. Nothing of an unknown exception reaches the caller.</summary>
internal static class StatusMapping
{
    private const string RetryAfterTrailer = "retry-after-ms";

    public static RequestException ToException(Refusal refusal, TimeSpan defaultRetryAfter) => refusal.Reason switch
    {
        RefusalReason.QueueFull => RequestException.Exhausted(refusal.Message, refusal.RetryAfter ?? defaultRetryAfter),
        RefusalReason.SessionBusy => new RequestException(StatusCode.Aborted, refusal.Message, refusal.RetryAfter),
        RefusalReason.SessionConflict => new RequestException(StatusCode.FailedPrecondition, refusal.Message),
        RefusalReason.NotFound => new RequestException(StatusCode.NotFound, refusal.Message),
        RefusalReason.Forbidden => new RequestException(StatusCode.PermissionDenied, refusal.Message),
        RefusalReason.FailedPrecondition => new RequestException(StatusCode.FailedPrecondition, refusal.Message),
        RefusalReason.Unavailable => RequestException.Unavailable(refusal.Message),
        _ => RequestException.Invalid(refusal.Message),
    };

    public static RpcException ToRpc(RequestException exception)
    {
        var trailers = new Metadata();
        if (exception.RetryAfter is { } retry)
            trailers.Add(RetryAfterTrailer, Milliseconds(retry));
        return new RpcException(new Status(exception.Status, exception.Message), trailers);
    }

    /// <summary>Ends a call as <see cref="RequestException.Exhausted"/> does, without the cost of an exception.</summary>
    public static void Refuse(ServerCallContext context, string message, TimeSpan retryAfter)
    {
        context.Status = new Status(StatusCode.ResourceExhausted, message);
        context.ResponseTrailers.Add(RetryAfterTrailer, Milliseconds(retryAfter));
    }

    /// <summary>The status that an exception ends a call with.</summary>
    public static StatusCode CodeOf(Exception exception) => exception switch
    {
        RequestException refused => refused.Status,
        RpcException rpc => rpc.StatusCode,
        OperationCanceledException => StatusCode.Cancelled,
        _ => ClusterFault.IsOne(exception) ? StatusCode.Unavailable : StatusCode.Internal,
    };

    private static string Milliseconds(TimeSpan time) => ((long)Math.Ceiling(time.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
}
