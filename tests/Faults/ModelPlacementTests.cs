using Google.Protobuf;
using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;
using VisionCluster.TestKit;

namespace VisionCluster.Faults.Tests;

/// <summary>Models on some silos only, and on other ones later.</summary>
[Collection(nameof(FaultCluster))]
public sealed class ModelPlacementTests(FaultCluster cluster)
{
    private const string Model = "emoji-vlm";
    private const string Matcher = "emoji-siglip";

    [Fact]
    public async Task Load_OnOneSilo_ServesThroughEveryGatewayUntilItIsUnloaded()
    {
        FaultCluster.SkipWithoutRedis();
        await cluster.RepairAsync();
        var silo = cluster.Silos[1].Name;

        await LoadAsync(new LoadModelRequest { Source = Matcher, Silos = { silo } });

        await Limit.UntilAsync(async () => await MatchAsync(0) && await MatchAsync(1), "both gateways match");
        var revision = (await StatusAsync()).Revisions.Single(r => r.Model == Matcher);
        Assert.Equal([silo], revision.Places.Select(p => p.Silo));

        await cluster.Admin(1).UnloadModelAsync(new UnloadModelRequest { Model = Matcher });
        await GoneAsync(revision.Revision);
        await Limit.UntilAsync(async () => !await MatchAsync(0) && !await MatchAsync(1), "no gateway matches any more");
    }

    [Fact]
    public async Task Unload_MidAnswer_WhileOthersHoldTheModel_ClientsSeeAPauseOnly()
    {
        FaultCluster.SkipWithoutRedis();
        var results = await Disturbance.RunAsync(cluster, async busiest =>
        {
            var request = new UnloadModelRequest { Model = Model, Silos = { busiest.Name }, DrainMs = 1 };
            await cluster.Admin(0).UnloadModelAsync(request);
            await Limit.UntilAsync(
                async () => (await StatusAsync()).Revisions.Single().Places.All(p => p.Silo != busiest.Name), $"{busiest.Name} has let go of the model");
            await LoadAsync(new LoadModelRequest { Source = Model, Silos = { busiest.Name } });
        });
        await cluster.CompleteAsync();

        Disturbance.Print("unload of the busiest silo's model", results);
    }

    [Fact]
    public async Task SetServingRevision_OutlivesTheSilosThatHeardIt()
    {
        FaultCluster.SkipWithoutRedis();
        await cluster.RepairAsync();
        var standard = (await StatusAsync()).Revisions.Single().Revision;
        try
        {
            await LoadAsync(new LoadModelRequest { Source = Model, Precision = "int8" });
            var other = (await StatusAsync()).Revisions.Single(r => r.Revision != standard).Revision;
            await Limit.UntilAsync(async () => await RevisionAsync(0) == other && await RevisionAsync(1) == other, "the new revision serves");
            await cluster.Admin(0).SetServingRevisionAsync(new SetServingRevisionRequest { Model = Model, Revision = standard });
            await Limit.UntilAsync(async () => await RevisionAsync(0) == standard && await RevisionAsync(1) == standard, "the choice is known");

            foreach (var silo in cluster.Silos.Take(2).ToArray()) // one of three heard it last, the others hear it from that one
            {
                await silo.KillAsync();
                await cluster.ReplaceSiloAsync(silo);
                await cluster.CompleteAsync();
            }

            Assert.Equal((standard, standard), (await RevisionAsync(0), await RevisionAsync(1)));
            Assert.True((await StatusAsync()).Revisions.Single(r => r.Revision == standard).Chosen);
            await cluster.Admin(0).UnloadModelAsync(new UnloadModelRequest { Model = Model, Revision = other });
            await GoneAsync(other);
        }
        finally
        {
            await cluster.Admin(0).SetServingRevisionAsync(new SetServingRevisionRequest { Model = Model });
        }
    }

    private async Task<ListRevisionsResponse> StatusAsync() => await cluster.Admin(0).ListRevisionsAsync(new ListRevisionsRequest());

    private async Task LoadAsync(LoadModelRequest request)
    {
        var ids = (await cluster.Admin(0).LoadModelAsync(request)).Silos.Select(s => s.LoadId).ToHashSet();
        await Limit.UntilAsync(
            async () =>
            {
                var loads = (await StatusAsync()).Loads.Where(l => ids.Contains(l.LoadId)).ToList();
                Assert.DoesNotContain(loads, l => l.State == ModelLoad.Types.State.Failed);
                return loads.Count(l => l.State == ModelLoad.Types.State.Loaded) == ids.Count;
            },
            $"{request.Source} is loaded");
    }

    private Task GoneAsync(string revision) => Limit.UntilAsync(
        async () => (await StatusAsync()).Revisions.All(r => r.Revision != revision), $"revision {revision} is gone");

    private async Task<string> RevisionAsync(int gateway)
    {
        var models = await cluster.Client(gateway).ListModelsAsync(new ListModelsRequest());
        return models.Models.Single(m => m.Name == Model).Revision;
    }

    /// <returns>False when the gateway says that nobody has the model.</returns>
    private async Task<bool> MatchAsync(int gateway)
    {
        var file = Path.Combine(Fixtures.EmojiVlm, "samples", "rocket.png");
        var request = new SimilarityRequest { Model = Matcher, Texts = { "rocket", "guitar" } };
        request.Images.Add(new Image { Data = ByteString.CopyFrom(await File.ReadAllBytesAsync(file)) });
        try
        {
            var response = await cluster.Client(gateway).SimilarityAsync(request);
            Assert.True(response.Logits[0] > response.Logits[1]);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }
}
