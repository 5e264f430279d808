using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace VisionCluster.Clustering.Security;

/// <summary>What a connection goes through before Orleans reads a byte of it: TLS, then the cluster's secret.</summary>
internal sealed class ConnectionSecurity(ClusteringOptions options)
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    private readonly Lazy<TlsHandshake?> _tls = new(() => options.Tls.IsOn ? TlsHandshake.Load(options.Tls) : null);
    private readonly ConnectionSecret? _secret = options.Secret.Length > 0 ? new ConnectionSecret(options.Secret) : null;

    public void UseAsServer(IConnectionBuilder connection) => Use(connection, isServer: true);

    public void UseAsClient(IConnectionBuilder connection) => Use(connection, isServer: false);

    private void Use(IConnectionBuilder connection, bool isServer)
    {
        if (_secret is null && !options.Tls.IsOn)
            return;
        var logger = connection.ApplicationServices.GetRequiredService<ILogger<ConnectionSecurity>>();
        connection.Use(next => async context =>
        {
            var plain = context.Transport;
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
                limit.CancelAfter(HandshakeTimeout);
                if (_tls.Value is { } tls)
                    context.Transport = await tls.RunAsync(plain, isServer, limit.Token);
                if (_secret is not null)
                    await _secret.RunAsync(context.Transport, isServer, limit.Token);
            }
            catch (Exception e)
            {
                // Strangers, port scanners, and our own with a wrong configuration.
                logger.ConnectionRefused(context.RemoteEndPoint?.ToString() ?? "?", e.Message);
                context.Abort(new ConnectionAbortedException("The peer did not prove that it belongs to the cluster.", e));
                throw;
            }

            try
            {
                await next(context);
            }
            finally
            {
                if (context.Transport is IAsyncDisposable wrapped)
                    await wrapped.DisposeAsync();
                context.Transport = plain;
            }
        });
    }
}
