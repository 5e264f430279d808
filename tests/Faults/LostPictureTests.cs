using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class LostPictureTests
{
    private const int MidAnswer = 30;

    /// <summary>The first gateway had the picture, the first silo what it saw; the second gateway has the answer's tokens, and no picture.</summary>
    [Fact]
    public async Task LoseEveryCopyOfAPicture_MidAnswer_ErrorNamesItsKey_AndTheRequestCanBeRepeated()
    {
        FaultCluster.SkipWithoutRedis();
        await using var cluster = new FaultCluster(new FaultPlan { Silos = 1, Gateways = 2 });
        await cluster.InitializeAsync();
        var request = Workload.Create()[0];
        (request.RequestId, request.SessionId) = ("r" + Guid.NewGuid().ToString("N"), "");
        string key;
        using (var call = cluster.Client(0).Generate(request))
        {
            key = Assert.Single((await ReadAsync(call, MidAnswer)).ImageKeys);
            await cluster.Gateways[0].KillAsync();
        }

        var resume = new ResumeGenerationRequest { RequestId = request.RequestId, NextIndex = MidAnswer };
        using (var call = cluster.Client(1).ResumeGeneration(resume))
        {
            await ReadAsync(call, MidAnswer);
            using (cluster.Silos[0].SlowDown(run: TimeSpan.FromMilliseconds(20), rest: TimeSpan.FromMilliseconds(100)))
                await cluster.AddSiloAsync(); // before the answer is complete
            await cluster.Silos[0].KillAsync();
            var error = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(call, int.MaxValue).Within("the answer ends"));
            Assert.True(error.StatusCode == StatusCode.Unavailable, $"{error.Status}\n{cluster.LastLines()}");
            Assert.Contains($"the image '{key}' is gone; send the request again", error.Status.Detail, StringComparison.Ordinal);
        }

        await cluster.RepairAsync();
        Assert.NotEmpty((await StreamRun.Start(cluster, request, gateway: 1).Done.Within("the repeated answer ends")).Tokens);
    }

    /// <returns>What was accepted, once so many tokens have come after it.</returns>
    private static async Task<Accepted> ReadAsync(AsyncServerStreamingCall<GenerateResponse> call, int tokens)
    {
        Accepted? accepted = null;
        while (tokens > 0)
        {
            Assert.True(await call.ResponseStream.MoveNext().Within("the answer goes on"), "the answer was complete before it was disturbed");
            accepted = call.ResponseStream.Current.Accepted ?? accepted;
            tokens -= call.ResponseStream.Current.Token is null ? 0 : 1;
        }

        return accepted ?? new Accepted();
    }
}
