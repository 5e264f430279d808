using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class RevisionTests
{
    [Fact]
    public async Task SecondRevision_NewSessionsTakeItAndOldOnesKeepTheirs()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal("r1000", await TurnAsync(server, "old", Picture(Picture())));

        Assert.Equal("r2000", (await server.LoadAsync("r2000")).Detail);

        Assert.Equal("r2000", await TurnAsync(server, "new"));
        Assert.Equal("r1000", await TurnAsync(server, "old", Picture(Picture("rocket"))));
        Assert.Equal("r2000", await TurnAsync(server, "new"));
        Assert.Equal("r1000", (await server.AskAsync(Ask("Hi").With(r => r.Model = "fake@r1"))).Accepted.ModelRevision);
    }

    [Fact]
    public async Task Use_RollsBackAndForwardByOneCommand()
    {
        await using var server = await AdminServer.StartAsync();
        await server.LoadAsync("r2000");

        Assert.Equal("r1000", await server.UseAsync("r1000"));
        Assert.Equal("r1000", await TurnAsync(server, "a"));
        await server.LoadAsync("r3000"); // a choice holds, whatever is loaded
        Assert.Equal("r1000", await TurnAsync(server, "b"));
        Assert.Equal("r3000", await server.UseAsync(""));
        Assert.Equal("r3000", await TurnAsync(server, "c"));
        Assert.Equal("r1000", await TurnAsync(server, "a"));

        var status = await server.Admin.ListRevisionsAsync(new ListRevisionsRequest());
        Assert.Equal(["r1000", "r2000", "r3000"], status.Revisions.Select(r => r.Revision));
        Assert.Equal("r3000", status.Revisions.Single(r => r.Serving).Revision);
    }

    [Fact]
    public async Task Load_Held_ServesOnlyOnceItIsChosen()
    {
        await using var server = await AdminServer.StartAsync();
        await server.LoadAsync("r2000", r => r.Hold = true);

        Assert.Equal("r1000", await TurnAsync(server, "a"));
        await server.UseAsync("r2000");
        Assert.Equal("r2000", await TurnAsync(server, "b"));
    }

    [Fact]
    public async Task Embeddings_NeverMeetOtherWeights()
    {
        await using var server = await AdminServer.StartAsync();
        var one = await server.AskAsync(Ask(Picture(Picture()), Text("What?")));
        await server.LoadAsync("r2000");

        var two = await server.AskAsync(Ask(Picture(Picture()), Text("What?")));
        var byOldKey = await server.AskAsync(Ask(PictureKey(one.Accepted.ImageKeys[0]), Text("What?")));

        Assert.NotEqual(one.Accepted.ImageKeys, two.Accepted.ImageKeys);
        Assert.Equal((1u, 1), (two.Finished.Usage.ImagesEncoded, server.Loaded("r2000").Encodes));
        Assert.Equal(two.Accepted.ImageKeys, byOldKey.Accepted.ImageKeys);
    }

    [Fact]
    public async Task Session_WhoseRevisionIsGone_GoesOverWithItsPicturesEncodedAnew()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal("r1000", await TurnAsync(server, "s", Picture(Picture())));
        await server.LoadAsync("r2000", r => r.Replace = true);
        await server.GoneAsync("r1000");

        var turn = await server.AskAsync(Ask("And its colour?").With(r => r.SessionId = "s"));

        Assert.Equal("r2000", turn.Accepted.ModelRevision);
        Assert.Equal((uint)FakeModelHost.TokensPerImage, turn.Accepted.PromptTokens.Image);
        Assert.Equal(1, server.Loaded("r2000").Encodes);
        Assert.Equal("r2000", await TurnAsync(server, "s"));
    }

    [Fact]
    public async Task Session_AskedForAnotherRevisionThanItsOwn_IsTold()
    {
        await using var server = await AdminServer.StartAsync();
        await TurnAsync(server, "s");
        await server.LoadAsync("r2000");

        Assert.Equal(StatusCode.FailedPrecondition, await AdminServer.StatusAsync(
            () => server.AskAsync(Ask("Hi").With(r => (r.SessionId, r.Model) = ("s", "fake@r2000")))));
    }

    private static async Task<string> TurnAsync(AdminServer server, string session, params Part[] parts) =>
        (await server.AskAsync(Ask([.. parts, Text("Hello")]).With(r => r.SessionId = session))).Accepted.ModelRevision;
}
