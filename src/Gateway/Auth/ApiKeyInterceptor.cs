using Grpc.Core;
using Grpc.Core.Interceptors;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;

namespace VisionCluster.Gateway.Auth;

/// <summary>Names the tenant of every call of every gRPC service, or ends it with UNAUTHENTICATED; health is open to all, administration to admins only.</summary>
internal sealed class ApiKeyInterceptor(ApiKeyAuthenticator authenticator) : Interceptor
{
    private const string Health = "/grpc.health.v1.Health/";
    private static readonly string Admin = $"/{AdminService.Descriptor.FullName}/";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Authenticate(context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Authenticate(context);
        return continuation(request, responseStream, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Authenticate(context);
        return continuation(requestStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Authenticate(context);
        return continuation(requestStream, responseStream, context);
    }

    private void Authenticate(ServerCallContext context)
    {
        if (context.Method.StartsWith(Health, StringComparison.Ordinal))
            return;
        var caller = authenticator.Authenticate(context.RequestHeaders.GetValue("authorization"))
            ?? throw new RequestException(StatusCode.Unauthenticated, "Send metadata 'authorization: Bearer KEY' with a valid API key.");
        if (context.Method.StartsWith(Admin, StringComparison.Ordinal) && !caller.IsAdmin)
        {
            throw new RequestException(StatusCode.PermissionDenied, authenticator.IsOpen
                ? "Without API keys only a gateway on the loopback address takes admin calls; configure a key with Admin, or Auth:OpenAdmin."
                : "This key is not an admin's; use one that is configured with Admin.");
        }

        context.SetTenant(caller.Tenant);
    }
}
