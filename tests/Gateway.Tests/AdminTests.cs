using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using VisionCluster.Gateway.Auth;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class AdminTests
{
    private const string AdminKey = "admin-0123456789abcdef";
    private const string UserKey = "user-0123456789abcdef";

    [Fact]
    public async Task Load_NewModel_ServesBesideTheOthersAndLeavesOnUnload()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(StatusCode.NotFound, await AdminServer.StatusAsync(() => server.AskAsync(Ask("Hi").With(r => r.Model = "second"))));

        var load = await server.LoadAsync("r2000", r => r.Name = "second");

        Assert.Equal((ModelLoad.Types.State.Loaded, "second"), (load.State, load.Model));
        Assert.Equal("r2000", (await server.AskAsync(Ask("Hi").With(r => r.Model = "second"))).Accepted.ModelRevision);
        Assert.Equal("r1000", (await server.AskAsync(Ask("Hi").With(r => r.Model = "fake"))).Accepted.ModelRevision);
        await server.Admin.UnloadModelAsync(new UnloadModelRequest { Model = "second" });
        await server.GoneAsync("r2000");
        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(Ask("Hi").With(r => r.Model = "second")));
        Assert.Equal(StatusCode.NotFound, e.StatusCode);
        Assert.Contains("fake", e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_BrokenCheckpoint_IsReportedAndHarmsNothing()
    {
        await using var server = await AdminServer.StartAsync();

        var load = await server.LoadAsync("broken");

        Assert.Equal((ModelLoad.Types.State.Failed, "config.json cannot be read."), (load.State, load.Detail));
        Assert.Equal("r1000", (await server.AskAsync(Ask("Hi"))).Accepted.ModelRevision);
        Assert.Equal(ModelLoad.Types.State.Loaded, (await server.LoadAsync("r2000")).State);
    }

    [Fact]
    public async Task Load_AtRunTime_IsSaidToLastUntilTheSiloRestarts()
    {
        await using var server = await AdminServer.StartAsync();

        await server.LoadAsync("r2000");

        var revisions = (await server.Admin.ListRevisionsAsync(new ListRevisionsRequest())).Revisions;
        Assert.Equal(
            [("r1000", false), ("r2000", true)], revisions.Select(r => (r.Revision, r.Places.Single().UntilRestart)).OrderBy(r => r.Revision));
    }

    [Fact]
    public async Task Unload_Queued_CancelsLoadsThatWaitAndNothingElse()
    {
        await using var server = await AdminServer.StartAsync();
        var first = server.HoldLoads();
        await server.Admin.LoadModelAsync(new LoadModelRequest { Source = "r2000", Name = "fake" });
        await first.Within("the first load runs");
        await server.Admin.LoadModelAsync(new LoadModelRequest { Source = "r3000", Name = "fake" });

        var cancelled = await server.Admin.UnloadModelAsync(new UnloadModelRequest { Model = "fake", Queued = true });
        server.ReleaseLoads();

        Assert.Equal(("", ""), (cancelled.Revision, cancelled.Silos.Single().Error));
        await server.LoadedAsync("r2000");
        var list = await server.Admin.ListRevisionsAsync(new ListRevisionsRequest());
        Assert.Equal(["r1000", "r2000"], list.Revisions.Select(r => r.Revision).Order());
        var load = list.Loads.Single(l => l.Source == "r3000");
        Assert.Equal((ModelLoad.Types.State.Failed, "It was cancelled before it began."), (load.State, load.Detail));
        var again = new UnloadModelRequest { Model = "fake", Queued = true };
        Assert.Equal(StatusCode.NotFound, await AdminServer.StatusAsync(() => server.Admin.UnloadModelAsync(again).ResponseAsync));
        again.Revision = "r1000";
        Assert.Equal(StatusCode.InvalidArgument, await AdminServer.StatusAsync(() => server.Admin.UnloadModelAsync(again).ResponseAsync));
    }

    [Fact]
    public async Task Load_SameRevisionAgain_IsNoSecondOne()
    {
        await using var server = await AdminServer.StartAsync();

        Assert.Equal(ModelLoad.Types.State.Loaded, (await server.LoadAsync("r1000")).State);

        Assert.Single((await server.Admin.ListRevisionsAsync(new ListRevisionsRequest())).Revisions);
    }

    [Theory]
    [InlineData("/etc/passwd", "", "", "", StatusCode.PermissionDenied)]
    [InlineData("../x", "", "", "", StatusCode.InvalidArgument)]
    [InlineData("", "", "", "", StatusCode.InvalidArgument)]
    [InlineData("nothing", "", "", "", StatusCode.NotFound)]
    [InlineData("r2000", "a/b", "", "", StatusCode.InvalidArgument)]
    [InlineData("r2000", "", "fp7", "", StatusCode.InvalidArgument)]
    [InlineData("r2000", "", "", "nobody", StatusCode.InvalidArgument)]
    public async Task Load_BadRequest_IsRefused(string source, string name, string precision, string silo, StatusCode status)
    {
        await using var server = await AdminServer.StartAsync();
        var request = new LoadModelRequest { Source = source, Name = name, Precision = precision };
        request.Silos.AddRange(silo.Length > 0 ? [silo] : []);

        Assert.Equal(status, await AdminServer.StatusAsync(() => server.Admin.LoadModelAsync(request).ResponseAsync));
    }

    [Theory]
    [InlineData("other", "", StatusCode.NotFound)]
    [InlineData("fake", "r9999", StatusCode.NotFound)]
    [InlineData("fake", "r1", StatusCode.InvalidArgument)]
    [InlineData("fake", "", StatusCode.InvalidArgument)]
    public async Task Unload_WhatIsNotClear_IsRefused(string model, string revision, StatusCode status)
    {
        await using var server = await AdminServer.StartAsync();
        await server.LoadAsync("r2000");

        Assert.Equal(status, await AdminServer.StatusAsync(
            () => server.Admin.UnloadModelAsync(new UnloadModelRequest { Model = model, Revision = revision }).ResponseAsync));
    }

    [Fact]
    public async Task Load_OnASiloWithoutLoading_SaysSo()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost());
        var admin = new AdminService.AdminServiceClient(server.Channel);

        Assert.Equal(StatusCode.FailedPrecondition, await AdminServer.StatusAsync(
            () => admin.LoadModelAsync(new LoadModelRequest { Source = "x" }).ResponseAsync));
    }

    [Fact]
    public async Task Call_WithKeys_NeedsAnAdminsKey()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost(), gateway =>
        {
            gateway.Auth.ApiKeys.Add(new ApiKeyOptions { Key = UserKey, Tenant = "user" });
            gateway.Auth.ApiKeys.Add(new ApiKeyOptions { Key = AdminKey, Tenant = "ops", Admin = true });
        });
        var admin = new AdminService.AdminServiceClient(server.Channel);
        Task List(string? key) => admin.ListRevisionsAsync(
            new ListRevisionsRequest(), key is null ? null : new Metadata { { "authorization", "Bearer " + key } }).ResponseAsync;

        Assert.Equal(StatusCode.Unauthenticated, await AdminServer.StatusAsync(() => List(null)));
        Assert.Equal(StatusCode.PermissionDenied, await AdminServer.StatusAsync(() => List(UserKey)));
        await List(AdminKey);
    }

    [Theory]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("0.0.0.0", true, true)]
    [InlineData("127.0.0.1", false, true)]
    public void Authenticate_WithoutKeys_AdminsAreThoseOnThisMachine(string address, bool open, bool admin)
    {
        var options = new Gateway.Options.GatewayOptions { Address = address };
        options.Auth.OpenAdmin = open;

        Assert.Equal(admin, new ApiKeyAuthenticator(Microsoft.Extensions.Options.Options.Create(options)).Authenticate(null)!.Value.IsAdmin);
    }
}
