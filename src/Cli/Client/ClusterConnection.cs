using System.CommandLine;
using Grpc.Core;
using Grpc.Net.Client;
using VisionCluster.Cli.Commands;
using VisionCluster.Cli.Hosting;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Client;

/// <summary>A client's connection: to a running server, or to a cluster that lives in this process as long as the connection.</summary>
internal sealed class ClusterConnection : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly LocalCluster? _cluster;

    private ClusterConnection(Uri endpoint, string? apiKey, LocalCluster? cluster)
    {
        _cluster = cluster;
        _channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        Client = new VisionService.VisionServiceClient(_channel);
        if (apiKey is not null)
        {
            Headers.Add("authorization", $"Bearer {apiKey}");
        }
    }

    public VisionService.VisionServiceClient Client { get; }

    public Metadata Headers { get; } = [];

    public static async Task<ClusterConnection> OpenAsync(
        ParseResult parsed, EndpointOptions endpoint, HostingOptions hosting, CancellationToken cancellationToken)
    {
        if (endpoint.Read(parsed) is { } remote)
        {
            return new ClusterConnection(remote, parsed.GetValue(endpoint.ApiKey), null);
        }

        var options = hosting.Read(parsed);
        string[] checkpoints = [.. hosting.Models(parsed).Select(EmbeddedModels.Find)];
        var cluster = await Terminal.WithProgressAsync("Starting", progress => LocalCluster.StartAsync(
            checkpoints,
            options,
            gateway =>
            {
                (gateway.GrpcPort, gateway.Address) = (0, "127.0.0.1");

                // Keys of a configured server are for its clients; this one has a single client.
                gateway.Auth.ApiKeys.Clear();
            },
            handleSignals: false,
            progress,
            cancellationToken));
        return new ClusterConnection(new Uri(cluster.Endpoint), null, cluster);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
