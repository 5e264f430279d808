using System.Globalization;
using Grpc.Core;
using VisionCluster.Fakes;
using VisionCluster.Inference.Decoding;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class AdmissionTests
{
    [Fact]
    public async Task Generate_GatewayFull_IsExhaustedWithRetryHint()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost(), g => g.Admission.MaxGenerations = 2);
        server.Model.Runner.Hold();
        var running = new[] { server.AskAsync(Ask("one")), server.AskAsync(Ask("two")) };
        await server.RunningAsync(2);

        await AssertExhaustedAsync(server);

        server.Model.Runner.Release();
        await Task.WhenAll(running);
        await server.AskAsync(Ask("three"));
    }

    [Fact]
    public async Task Generate_DeviceQueueFull_IsExhaustedWithRetryHint()
    {
        var model = new FakeModelHost(slots: 1, options: new DecodeEngineOptions { MaxWaiting = 1 });
        await using var server = await TestServer.StartAsync(model);
        model.Runner.Hold();
        var first = server.AskAsync(Ask("one"));
        await Eventually.TrueAsync(() => model.Runner.IsWaiting, "the first runs");
        var second = server.AskAsync(Ask("two"));
        await Eventually.TrueAsync(() => model.Decoder!.Status is { Waiting: 1 }, "the second waits");

        await AssertExhaustedAsync(server);

        model.Runner.Release();
        await Task.WhenAll(first, second);
        await server.SlotsAreFreeAsync();
    }

    private static async Task AssertExhaustedAsync(TestServer server)
    {
        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(Ask("one too many")));
        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        Assert.True(long.Parse(e.Trailers.GetValue("retry-after-ms")!, CultureInfo.InvariantCulture) > 0);
    }
}
