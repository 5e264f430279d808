using System.Collections.Concurrent;
using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class UnloadTests
{
    [Fact]
    public async Task Unload_WhileGenerating_LetsItFinishAndThenFreesTheModel()
    {
        await using var server = await AdminServer.StartAsync();
        await server.LoadAsync("r2000");
        var model = server.Loaded("r2000");
        model.Runner.Hold();
        var running = server.AskAsync(Ask("Hello"));
        await Eventually.TrueAsync(() => model.Runner.IsWaiting, "the generation runs");

        await server.UnloadAsync("r2000");
        Assert.Equal("r1000", (await server.AskAsync(Ask("Hello"))).Accepted.ModelRevision);
        var place = (await server.Admin.ListRevisionsAsync(new ListRevisionsRequest())).Revisions.Single(r => r.Revision == "r2000").Places.Single();
        Assert.Equal(RevisionPlace.Types.State.Retiring, place.State);

        model.Runner.Release();
        Assert.Equal("r2000", (await running).Accepted.ModelRevision);
        await server.GoneAsync("r2000");
    }

    [Fact]
    public async Task Unload_UnderLoad_LosesNothing()
    {
        await using var server = await AdminServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var answers = new ConcurrentQueue<string>();
        var clients = Enumerable.Range(0, 8).Select(client => AskUntilAsync(server, client, answers, stop.Token)).ToArray();

        for (var round = 0; round < 5; round++)
        {
            await server.LoadAsync("r2000");
            await server.UnloadAsync("r1000");
            await server.GoneAsync("r1000");
            await AnswersByAsync("r2000");
            await server.LoadAsync("r1000");
            await server.UnloadAsync("r2000");
            await server.GoneAsync("r2000");
            await AnswersByAsync("r1000");
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);

        Task AnswersByAsync(string revision)
        {
            answers.Clear();
            return Eventually.TrueAsync(
                () => answers.Contains(revision) || clients.Any(c => c.IsFaulted),
                $"{revision} answers once it is the only one");
        }
    }

    [Fact]
    public async Task Unload_OfTheLastRevision_FailsWhatStillRunsClearly()
    {
        await using var server = await AdminServer.StartAsync(drain: TimeSpan.Zero);
        server.Server.Model.Runner.Hold();
        var running = server.AskAsync(Ask("Hello").With(r => r.Stopping.MaxTokens = 400));
        await RunsAsync(1);

        await server.UnloadAsync("r1000"); // which begins after the reply
        await RunsAsync(0);
        server.Server.Model.Runner.Release();

        var e = await Assert.ThrowsAsync<RpcException>(() => running);
        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
        Assert.Contains("no longer served", e.Status.Detail, StringComparison.Ordinal);
        await server.GoneAsync("r1000");
        Assert.Equal(StatusCode.Unavailable, await AdminServer.StatusAsync(() => server.AskAsync(Ask("Hello"))));

        // A step at a time, so that the answer does not end by itself.
        Task RunsAsync(int generations) => Eventually.TrueAsync(
            () =>
            {
                server.Server.Model.Runner.Allow(1);
                return server.Server.Model.Decoder!.Status.Running == generations;
            },
            $"{generations} generations run");
    }

    /// <summary>Turns of a session with pictures, and single answers, one after the other.</summary>
    private static async Task AskUntilAsync(AdminServer server, int client, ConcurrentQueue<string> answers, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var request = Ask(Picture(Picture(i % 2 == 0 ? "red-apple" : "rocket")), Text($"{client} {i}"));
            request.SessionId = client % 2 == 0 ? $"s{client}-{i / 3}" : "";
            answers.Enqueue((await server.AskAsync(request)).Accepted.ModelRevision);
        }
    }
}
