using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using VisionCluster.Gateway.Options;
using VisionCluster.Grains.Hosting;
using VisionCluster.Silo;

namespace VisionCluster.Gateway.Tests;

/// <summary>Gateway and silo in one process on free ports, and a client of them.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, FakeModelHost? model, string address)
    {
        (_app, Address) = (app, address);
        ModelOrNull = model;
        Channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        Client = new VisionService.VisionServiceClient(Channel);
    }

    public string Address { get; }

    public GrpcChannel Channel { get; }

    public VisionService.VisionServiceClient Client { get; }

    internal FakeModelHost Model => ModelOrNull!;

    internal IServiceProvider Services => _app.Services;

    private FakeModelHost? ModelOrNull { get; }

    internal static async Task<TestServer> StartAsync(
        FakeModelHost? model = null, Action<GatewayOptions>? gateway = null, Action<SiloOptions>? silo = null, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.AddVisionClusterSilo(o =>
        {
            o.DrainTimeout = TimeSpan.Zero;
            silo?.Invoke(o);
        });
        builder.AddVisionClusterGateway(o =>
        {
            o.GrpcPort = 0;
            gateway?.Invoke(o);
        });
        configure?.Invoke(builder);
        var app = builder.Build();
        app.MapVisionClusterGateway();
        if (model is not null)
            app.Services.GetRequiredService<ModelRegistry>().Add(model);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var server = new TestServer(app, model, address);
        if (model is not null)
            await server.ServesAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        if (ModelOrNull is { } model)
        {
            model.ReleaseEncodes();
            await model.DisposeAsync();
        }

        await _app.DisposeAsync();
    }

    internal async Task ServesAsync()
    {
        var directory = Services.GetRequiredService<Routing.DirectoryWatcher>();
        await Eventually.TrueAsync(
            async () =>
            {
                await directory.RefreshAsync(CancellationToken.None);
                return !directory.Current.IsEmpty;
            },
            "the silo reports its model");
    }

    /// <summary>Runs a request to its end.</summary>
    internal async Task<Answer> AskAsync(GenerateRequest request, Metadata? headers = null)
    {
        using var call = Client.Generate(request, headers);
        return await Answer.ReadAsync(call.ResponseStream).Within("the answer completes");
    }

    /// <summary>Waits until so many generations are between arrival and end.</summary>
    internal Task RunningAsync(int generations) => Eventually.TrueAsync(
        () => Services.GetRequiredService<Generation.RunningGenerations>().Count == generations, $"{generations} generations run");

    /// <summary>Waits until the gateway has let go of every call, and the cancelled ones have reached the engine.</summary>
    internal async Task GatewayIsIdleAsync(bool keepsEngine = false)
    {
        await RunningAsync(0);
        if (!keepsEngine)
            Model.Runner.Release();
    }

    internal Task SlotsAreFreeAsync() => Eventually.TrueAsync(
        () => Model.Decoder!.Status is { Running: 0, Waiting: 0 } s && s.SlotsFree + s.SlotsIdle == s.Slots, "every slot is free again");
}
