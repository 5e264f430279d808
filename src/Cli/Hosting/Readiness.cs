using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Hosting;

/// <summary>Waits until the gateway says, as it says to any client, that a model serves.</summary>
internal static class Readiness
{
    public static Task WaitAsync(WebApplication app, CancellationToken cancellationToken) => WaitAsync(
        app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First(), cancellationToken);

    public static async Task WaitAsync(string address, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(address);
        using var watch = new Health.HealthClient(channel).Watch(
            new HealthCheckRequest { Service = VisionService.Descriptor.FullName }, cancellationToken: cancellationToken);
        while (await watch.ResponseStream.MoveNext(cancellationToken))
        {
            if (watch.ResponseStream.Current.Status == HealthCheckResponse.Types.ServingStatus.Serving)
            {
                return;
            }
        }
    }
}
