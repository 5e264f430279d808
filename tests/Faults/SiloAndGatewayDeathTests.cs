using Grpc.Core;
using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

[Collection(nameof(FaultCluster))]
public sealed class SiloAndGatewayDeathTests(FaultCluster cluster)
{
    private const int MidAnswer = 30;

    /// <summary>An answer's log was in the two that died: its client is told, and sends it again. All others go on.</summary>
    [Fact]
    public async Task KillSiloAndGateway_MidAnswer_TheirOwnAnswersAreNotFound_AndTheRestGoOn()
    {
        FaultCluster.SkipWithoutRedis();
        await cluster.RepairAsync();
        var twins = await Twins.GetAsync(cluster);
        var runs = twins.Requests.Select((request, i) => StreamRun.Start(cluster, request, i, mayResume: true)).ToArray();
        await Task.WhenAll(runs.Select(run => run.ReachedAsync(MidAnswer))).Within($"every stream has {MidAnswer} tokens");
        var pair = runs.GroupBy(run => (run.Silo, Gateway: run.Gateway % cluster.Gateways.Count)).MaxBy(group => group.Count())!;
        var both = pair.ToHashSet();
        var (silo, gateway) = (cluster.Silos.Single(s => s.Name == pair.Key.Silo), cluster.Gateways[pair.Key.Gateway]);
        await Task.WhenAll(silo.KillAsync(), gateway.KillAsync());

        await Task.WhenAll(runs.Select(run => run.Done.ContinueWith(_ => { }, TaskScheduler.Default))).Within("every stream ends");
        for (var i = 0; i < runs.Length; i++)
        {
            if (!both.Contains(runs[i]))
            {
                twins.AssertEqual(i, await runs[i].Done);
                continue;
            }

            var error = await Assert.ThrowsAsync<RpcException>(() => runs[i].Done);
            Assert.Equal(StatusCode.NotFound, error.StatusCode);
            Assert.Contains("send the request again", error.Status.Detail, StringComparison.Ordinal);
            twins.AssertEqual(i, await StreamRun.Start(cluster, twins.Requests[i], runs[i].Gateway).Done.Within("the repeated answer ends"));
        }

        await cluster.RepairAsync();
        Disturbance.Print(
            $"kill -9 of a silo and a gateway; {both.Count} of {runs.Length} answers were in both", await Task.WhenAll(runs.Except(both).Select(run => run.Done)));
    }

    /// <summary>Redis keeps answers and what was seen: nobody has to ask again.</summary>
    [Fact]
    public async Task KillSiloAndGateway_AnswersAreStored_EveryStreamGoesOn()
    {
        FaultCluster.SkipWithoutRedis();
        var twins = await Twins.GetAsync(cluster);
        var settings = new Dictionary<string, string>
        {
            ["VisionCluster__Silo__Decoder__StoredAnswerAge"] = "00:10:00",
            ["VisionCluster__Silo__Decoder__StoredEmbeddingAge"] = "00:10:00",
        };
        await using var storing = new FaultCluster(new FaultPlan { Silos = 2, SiloEnvironment = _ => settings });
        await storing.InitializeAsync();
        for (var round = 0; round < Workload.Rounds; round++)
        {
            var runs = twins.Requests.Select((request, i) => StreamRun.Start(storing, request, i, mayResume: true)).ToArray();
            await Task.WhenAll(runs.Select(run => run.ReachedAsync(MidAnswer))).Within($"every stream has {MidAnswer} tokens");
            var pair = runs.GroupBy(run => (run.Silo, Gateway: run.Gateway % storing.Gateways.Count)).MaxBy(group => group.Count())!;
            var both = pair.Count();
            await Task.WhenAll(storing.Silos.Single(s => s.Name == pair.Key.Silo).KillAsync(), storing.Gateways[pair.Key.Gateway].KillAsync());

            var results = await Task.WhenAll(runs.Select(run => run.Done)).Within("every stream ends");
            for (var i = 0; i < results.Length; i++)
                twins.AssertEqual(i, results[i]);
            Disturbance.Print($"kill -9 of a silo and a gateway, answers stored; {both} of {runs.Length} answers were in both", results);
            await storing.RepairAsync();
        }
    }
}
