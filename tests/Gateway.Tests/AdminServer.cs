using System.Collections.Concurrent;
using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using VisionCluster.Models;
using VisionCluster.Silo;
using VisionCluster.Silo.Administration;
using VisionCluster.TestKit;

namespace VisionCluster.Gateway.Tests;

/// <summary>
/// A server whose silo loads fake models at run time: a file below its root becomes model "fake" (unless it is named) in the revision that
/// the file is called; one that is called "broken" cannot be loaded.
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly ConcurrentDictionary<string, FakeModelHost> _loaded = new();
    private readonly ManualResetEventSlim _mayLoad = new(initialState: true);
    private readonly TaskCompletionSource _loadHeld = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal TestServer Server { get; private set; } = null!;

    internal AdminService.AdminServiceClient Admin { get; private set; } = null!;

    internal static async Task<AdminServer> StartAsync(TimeSpan? drain = null, Action<SiloOptions>? silo = null)
    {
        var admin = new AdminServer();
        foreach (var name in (string[])["r1000", "r2000", "r3000", "broken"])
            File.WriteAllText(Path.Combine(admin._root.Path, name), "");
        admin.Server = await TestServer.StartAsync(
            new FakeModelHost { Revision = "r1000" },
            silo: o =>
            {
                o.ModelRoots.Add(admin._root.Path);
                (o.RetireGrace, o.DrainTimeout) = (TimeSpan.Zero, drain ?? Eventually.Limit);
                silo?.Invoke(o);
            },
            configure: builder => builder.AddVisionClusterModelLoading(admin.Prepare));
        admin.Admin = new AdminService.AdminServiceClient(admin.Server.Channel);
        return admin;
    }

    public async ValueTask DisposeAsync()
    {
        ReleaseLoads();
        foreach (var host in _loaded.Values)
        {
            host.ReleaseEncodes();
            host.Runner.Release();
        }

        await Server.DisposeAsync();
        _root.Dispose();
        _mayLoad.Dispose();
    }

    /// <summary>Loads wait from now on.</summary>
    /// <returns>Completes when one does.</returns>
    internal Task HoldLoads()
    {
        _mayLoad.Reset();
        return _loadHeld.Task;
    }

    internal void ReleaseLoads() => _mayLoad.Set();

    internal Task LoadedAsync(string revision) => Eventually.TrueAsync(
        async () => (await Admin.ListRevisionsAsync(new ListRevisionsRequest())).Loads.Any(
            l => l.Detail == revision && l.State == ModelLoad.Types.State.Loaded),
        $"revision {revision} is loaded");

    internal FakeModelHost Loaded(string revision) => _loaded[revision];

    /// <summary>Loads a revision and waits until that has ended.</summary>
    internal async Task<ModelLoad> LoadAsync(string source, Action<LoadModelRequest>? change = null)
    {
        var request = new LoadModelRequest { Source = source, Name = "fake" };
        change?.Invoke(request);
        var id = (await Admin.LoadModelAsync(request)).Silos.Single().LoadId;
        ModelLoad? load = null;
        await Eventually.TrueAsync(
            async () =>
            {
                load = (await Admin.ListRevisionsAsync(new ListRevisionsRequest())).Loads.Single(l => l.LoadId == id);
                return load.State is ModelLoad.Types.State.Loaded or ModelLoad.Types.State.Failed;
            },
            $"the load of {source} ends");
        return load!;
    }

    internal async Task UnloadAsync(string revision) =>
        await Admin.UnloadModelAsync(new UnloadModelRequest { Model = "fake", Revision = revision });

    internal Task GoneAsync(string revision) => Eventually.TrueAsync(
        async () => (await Admin.ListRevisionsAsync(new ListRevisionsRequest())).Revisions.All(r => r.Revision != revision),
        $"revision {revision} is gone");

    internal async Task<string> UseAsync(string revision) =>
        (await Admin.SetServingRevisionAsync(new SetServingRevisionRequest { Model = "fake", Revision = revision })).Revision;

    internal async Task<Answer> AskAsync(GenerateRequest request) => await Server.AskAsync(request);

    internal static async Task<StatusCode> StatusAsync(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).StatusCode;

    private PreparedModel Prepare(LoadOrder order, IProgress<string> progress)
    {
        var revision = Path.GetFileName(order.Path);
        if (revision == "broken")
            throw new ModelException("config.json cannot be read.");
        progress.Report("Compiling");
        if (!_mayLoad.IsSet)
            _loadHeld.TrySetResult();
        if (!_mayLoad.Wait(Eventually.Limit))
            throw new TimeoutException("The test did not let the load go on.");
        return new PreparedModel(order.Name, revision, "cpu:0", 1, () => _loaded[revision] = new FakeModelHost { Name = order.Name, Revision = revision });
    }
}
