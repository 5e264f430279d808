using Grpc.Core;

namespace VisionCluster.Gateway.Errors;

/// <summary>Ends a call with a status. The message is for the caller and says what to change.</summary>
internal class RequestException(StatusCode status, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public StatusCode Status { get; } = status;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    public static RequestException Invalid(string message) => new(StatusCode.InvalidArgument, message);

    public static RequestException Exhausted(string message, TimeSpan retryAfter) => new(StatusCode.ResourceExhausted, message, retryAfter);

    public static RequestException Unavailable(string message) => new(StatusCode.Unavailable, message, TimeSpan.FromSeconds(1));
}
