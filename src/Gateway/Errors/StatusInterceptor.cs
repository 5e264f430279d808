using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace VisionCluster.Gateway.Errors;

/// <summary>The one place where failures become statuses.</summary>
internal sealed class StatusInterceptor(ILogger<StatusInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Map(e, context);
        }
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        MapAsync(() => continuation(request, responseStream, context), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        MapAsync(() => continuation(requestStream, responseStream, context), context);

    private async Task MapAsync(Func<Task> call, ServerCallContext context)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Map(e, context);
        }
    }

    private RpcException Map(Exception exception, ServerCallContext context)
    {
        switch (exception)
        {
            case RequestException refused:
                return StatusMapping.ToRpc(refused);
            case not null when context.CancellationToken.IsCancellationRequested:
                return new RpcException(new Status(StatusCode.Cancelled, "The caller went away."));
            case not null when ClusterFault.IsTransient(exception, context.CancellationToken):
                logger.ClusterUnavailable(exception, context.Method);
                return StatusMapping.ToRpc(RequestException.Unavailable("A server of the cluster did not answer; try again."));
            default:
                logger.CallFailed(exception!, context.Method);
                return new RpcException(new Status(StatusCode.Internal, "Internal error; the server's log has the details."));
        }
    }
}
