using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Administration;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Embeddings;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Generation;
using VisionCluster.Gateway.Health;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Inspection;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;
using VisionCluster.Gateway.Services;
using VisionCluster.Gateway.Tasks;
using VisionCluster.Imaging;

namespace VisionCluster.Gateway;

/// <summary>Makes a web application a front door of the cluster.</summary>
public static class VisionClusterGatewayExtensions
{
    private const int KestrelHeadroomBytes = 64 << 10; // above the gRPC bound, whose message is the better one

    /// <summary>
    /// Adds the gateway. The application needs an Orleans client too: co-hosted with a silo it has one (AddVisionClusterSilo, before this
    /// call); alone it needs <c>UseOrleansClient</c>. Options come from the configuration section "Gateway", then from the delegate.
    /// </summary>
    public static WebApplicationBuilder AddVisionClusterGateway(
        this WebApplicationBuilder builder, Action<GatewayOptions>? configure = null)
    {
        var services = builder.Services;
        services.AddOptions<GatewayOptions>().BindConfiguration("Gateway").Configure(o => configure?.Invoke(o)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(ImageCodecs.Default);
        AddFeatures(services);
        AddGrpc(services);
        builder.WebHost.UseKestrelCore();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>(ConfigureKestrel);
        return builder;
    }

    /// <summary>Maps the gRPC services: VisionService, AdminService, health and reflection.</summary>
    public static WebApplication MapVisionClusterGateway(this WebApplication app)
    {
        app.MapGrpcService<VisionGrpcService>();
        app.MapGrpcService<AdminGrpcService>();
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
        return app;
    }

    private static void AddFeatures(IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<ApiKeyAuthenticator>();
        services.AddHostedService<OpenServerWarning>();
        services.AddSingleton<TenantWeights>();
        services.AddSingleton<AdmissionGate>();
        services.AddSingleton<LoadAdmission>();
        services.AddSingleton<ImageStore>();
        services.AddSingleton<RemoteImageFetcher>();
        services.AddSingleton<EmbeddingCache>();
        services.AddSingleton<ImageIngest>();
        services.AddSingleton<ImageEncoder>();
        services.AddSingleton<ImagePreparer>();
        services.AddSingleton<DirectoryWatcher>();
        services.AddHostedService(p => p.GetRequiredService<DirectoryWatcher>());
        services.AddSingleton<ModelRouter>();
        services.AddSingleton<RunningGenerations>();
        services.AddSingleton(CreatePicker);
        services.AddSingleton<GatewayLeave>();
        services.AddSingleton(CreateSink);
        services.AddSingleton(s => s.GetRequiredService<DirectoryWatcher>().Losses);
        services.AddSingleton<AnswerListener>();
        services.AddSingleton<AnswerFollower>();
        services.AddSingleton<GenerationRelay>();
        services.AddSingleton<ResumeHandler>();
        services.AddSingleton<GenerateHandler>();
        services.AddSingleton<TaskAdmission>();
        services.AddSingleton<TaskImages>();
        services.AddSingleton<TaskCaller>();
        services.AddSingleton<ClassifyHandler>();
        services.AddSingleton<EmbedHandler>();
        services.AddSingleton<SimilarityHandler>();
        services.AddSingleton<InspectHandler>();
        services.AddSingleton<RevisionSwitch>();
        services.AddSingleton<SiloCommands>();
        services.AddSingleton<AdminGrpcService>();
        services.AddSingleton<VisionGrpcService>();
    }

    private static AnswerSink CreateSink(IServiceProvider services)
    {
        var sink = new AnswerSink(services.GetRequiredService<IGrainFactory>());
        sink.Died += services.GetRequiredService<DirectoryWatcher>().Hear;
        return sink;
    }

    private static DevicePicker CreatePicker(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value.Routing;
        var prefixes = new PrefixMap(options.PrefixEntries);
        services.GetRequiredService<DirectoryWatcher>().Losses.Lost += prefixes.Forget;
        services.GetRequiredService<GatewayMetrics>().ObservePrefixes(() => prefixes.Count);
        return new DevicePicker(prefixes, options);
    }

    private static void AddGrpc(IServiceCollection services)
    {
        services.AddSingleton<StatusInterceptor>(); // else each call makes its own
        services.AddSingleton<ApiKeyInterceptor>();
        services.AddGrpc(o =>
        {
            o.Interceptors.Add<StatusInterceptor>();
            o.Interceptors.Add<ApiKeyInterceptor>();
        });
        services.AddOptions<Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<IOptions<GatewayOptions>>(
            (grpc, gateway) => grpc.MaxReceiveMessageSize = gateway.Value.MaxMessageBytes);
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(o =>
            {
                o.Services.Map("", registration => registration.Name == "alive");
                o.Services.Map(VisionService.Descriptor.FullName, registration => registration.Name == ModelHealthCheck.Name);
            })
            .AddCheck("alive", () => HealthCheckResult.Healthy())
            .AddCheck<ModelHealthCheck>(ModelHealthCheck.Name);
        services.Configure<HealthCheckPublisherOptions>(o => (o.Delay, o.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)));
    }

    private static void ConfigureKestrel(KestrelServerOptions kestrel, IOptions<GatewayOptions> options)
    {
        var gateway = options.Value;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = gateway.MaxMessageBytes + KestrelHeadroomBytes;
        kestrel.Limits.Http2.MaxStreamsPerConnection = gateway.MaxStreamsPerConnection;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30); // finds connections that died without a word
        kestrel.Listen(IPAddress.Parse(gateway.Address), gateway.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
    }
}
