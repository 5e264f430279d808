using System.Globalization;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using VisionCluster.Fakes;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Generation;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests.Admission;

/// <summary>Admission behind gRPC, in front of real engines.</summary>
public sealed class LoadAdmissionTests
{
    [Fact]
    public async Task Generate_BurstBeyondTheQueueTime_RefusesTheRestWithHintsAndFinishesTheOthers()
    {
        await using var server = await TestServer.StartAsync(
            new FakeModelHost(slots: 1), g => g.Admission.MaxQueueTime = TimeSpan.FromTicks(1));
        await server.AskAsync(Ask("measures the device"));
        await server.ServesAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await server.ServesAsync();
                var router = server.Services.GetRequiredService<Routing.ModelRouter>();
                return (await router.FindAsync("", CancellationToken.None)).Load.DecodeTokensPerSecond > 0;
            },
            "the silo reports its speed");
        var encodes = server.Model.Encodes;

        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(Ask(Picture(Picture()), Text("too much"))));

        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        Assert.InRange(long.Parse(e.Trailers.GetValue("retry-after-ms")!, CultureInfo.InvariantCulture), 100, 60_000);
        Assert.Equal(encodes, server.Model.Encodes); // before the picture
        Assert.Equal(0, server.Services.GetRequiredService<LoadAdmission>().Unseen);
        Assert.Equal(0, server.Services.GetRequiredService<AdmissionGate>().Generations);
        Assert.Equal(0, server.Services.GetRequiredService<RunningGenerations>().Count);
    }

    [Fact]
    public async Task Generate_DeadlineAlreadyPassed_IsDeadlineExceededBeforeThePicture()
    {
        var model = new FakeModelHost();
        await using var server = await TestServer.StartAsync(model);
        model.HoldEncodes();

        var request = Ask(Picture(Picture()), Text("late")).With(r => r.DeadlineMs = 1);
        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(request));

        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        Assert.Equal(0, model.Runner.PrefilledTokens); // an engine never heard of it
        await server.SlotsAreFreeAsync();
    }

    [Fact]
    public async Task Generate_ManyAtOnce_LeavesNothingCounted()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost(slots: 2));

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => server.AskAsync(Ask($"number {i}"))));

        Assert.Equal(0, server.Services.GetRequiredService<LoadAdmission>().Unseen);
        Assert.Equal(0, server.Services.GetRequiredService<AdmissionGate>().Generations);
    }
}
