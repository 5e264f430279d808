using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VisionCluster.Gateway;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference;
using VisionCluster.Models.Compilation;
using VisionCluster.Silo;

namespace VisionCluster.Bench;

/// <summary>One model on one device, with silo and gateway of the same process in front of it.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Rig(WebApplication app, IModelHost host) => (_app, Host) = (app, host);

    public IModelHost Host { get; }

    public string Endpoint => _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    public static async Task<Rig> StartAsync()
    {
        var compiled = new ModelCompiler(new ModelCompilerOptions()).Compile(Path.Combine(AppContext.BaseDirectory, "models", "emoji-vlm"));
        var host = ModelHost.Load(compiled, new ModelHostOptions());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.AddVisionClusterSilo();
        builder.AddVisionClusterGateway(gateway => gateway.GrpcPort = 0);
        var app = builder.Build().MapVisionClusterGateway();
        app.Services.GetRequiredService<ModelRegistry>().Add(host);
        await app.StartAsync();
        var rig = new Rig(app, host);
        await rig.WaitUntilServingAsync();
        return rig;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Host.DisposeAsync();
    }

    private async Task WaitUntilServingAsync()
    {
        using var client = new GatewayClient(Endpoint);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await client.GenerateAsync("Who are you?", null, 1);
                return;
            }
            catch (Grpc.Core.RpcException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
        }
    }
}
