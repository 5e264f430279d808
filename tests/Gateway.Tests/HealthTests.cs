using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using VisionCluster.Fakes;
using VisionCluster.Grains.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class HealthTests
{
    private const string Service = "visioncluster.v1.VisionService";

    [Fact]
    public async Task Check_FollowsTheModels()
    {
        await using var server = await TestServer.StartAsync();
        var health = new Grpc.Health.V1.Health.HealthClient(server.Channel);
        Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest())).Status);
        Assert.Equal(ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest { Service = Service })).Status);
        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(Ask("Anybody?")));
        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
        Assert.NotNull(e.Trailers.Get("retry-after-ms"));

        var registry = server.Services.GetRequiredService<ModelRegistry>();
        await using var model = new FakeModelHost();
        registry.Add(model);
        await server.ServesAsync();
        Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest { Service = Service })).Status);

        registry.Remove(model);
        await Eventually.TrueAsync(
            async () => (await health.CheckAsync(new HealthCheckRequest { Service = Service })).Status == ServingStatus.NotServing,
            "health sees that the model left");
        Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest())).Status);
    }
}
