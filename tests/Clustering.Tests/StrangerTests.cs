using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace VisionCluster.Clustering.Tests;

/// <summary>Real silos and clients on the loopback interface.</summary>
public sealed class StrangerTests : IDisposable
{
    private const string Secret = "the secret of this cluster";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TestAuthority _authority = new("ours");

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task ClientWithSecretAndCertificate_CallsGrains_AndOneWithoutDoesNot()
    {
        var (siloPort, gatewayPort) = (FreePort(), FreePort());
        var refusals = new RefusalLog();
        using var silo = BuildSilo(siloPort, gatewayPort, refusals);
        await silo.StartAsync().WaitAsync(Patience);

        using (var friend = BuildClient(gatewayPort, o => Protect(o)))
        {
            await friend.StartAsync().WaitAsync(Patience);
            var hosts = await friend.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetHosts().WaitAsync(Patience);
            Assert.Single(hosts);
            await friend.StopAsync();
        }

        foreach (var change in new Action<ClusteringOptions>[] { o => Protect(o, secret: "the secret of another one"), o => o.Secret = Secret, _ => { } })
        {
            var refused = refusals.NextAsync();
            using var stranger = BuildClient(gatewayPort, change);
            using var stop = new CancellationTokenSource();
            var starting = stranger.StartAsync(stop.Token);
            await Task.WhenAny(refused, starting).WaitAsync(Patience);
            Assert.False(starting.IsCompletedSuccessfully, "a stranger was let in");
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => starting.WaitAsync(Patience));
        }

        await silo.StopAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static IHost BuildClient(int gatewayPort, Action<ClusteringOptions> configure)
    {
        var options = new ClusteringOptions { LocalGatewayPorts = { gatewayPort } };
        configure(options);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client.UseVisionCluster(options));
        return builder.Build();
    }

    private IHost BuildSilo(int siloPort, int gatewayPort, RefusalLog refusals)
    {
        var options = new ClusteringOptions();
        Protect(options);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(refusals);
        builder.UseOrleans(silo => silo.UseVisionCluster(options, siloPort, gatewayPort, primarySiloPort: 0));
        return builder.Build();
    }

    private void Protect(ClusteringOptions options, string secret = Secret)
    {
        options.Secret = secret;
        (options.Tls.CertificatePath, options.Tls.KeyPath, options.Tls.AuthorityPath) =
            (_authority.Options.CertificatePath, _authority.Options.KeyPath, _authority.Options.AuthorityPath);
    }

    /// <summary>Hears the silo say that it refused a connection.</summary>
    private sealed class RefusalLog : ILoggerProvider, ILogger
    {
        private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task NextAsync() => (_next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == "ConnectionRefused")
                _next.TrySetResult();
        }

        public void Dispose()
        {
        }
    }
}
