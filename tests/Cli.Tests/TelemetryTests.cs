using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Tests;

[Collection(nameof(RealCluster))]
public sealed class TelemetryTests(RealCluster cluster)
{
    [Fact]
    public async Task AddTo_EndpointGiven_TracesAndMetersArriveThere()
    {
        await using var collector = await Collector.StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        });
        Telemetry.AddTo(builder.Services, builder.Configuration, "visioncluster-test");
        using var host = builder.Build();
        await host.StartAsync();

        await cluster.AnswerAsync(RealCluster.Ask("What is this?", RealCluster.Picture("guitar.png")));
        host.Services.GetRequiredService<TracerProvider>().ForceFlush();
        host.Services.GetRequiredService<MeterProvider>().ForceFlush();

        Assert.Contains("decode answer", collector.Received("/v1/traces"));
        Assert.Contains("visioncluster-test", collector.Received("/v1/traces"));
        Assert.Contains("visioncluster.decode.generated_tokens", collector.Received("/v1/metrics"));
        Assert.DoesNotContain("What is this?", collector.Received("/v1/traces"));
        await host.StopAsync();
    }

    [Fact]
    public void AddTo_NoEndpoint_NothingIsAdded()
    {
        var services = new ServiceCollection();
        Telemetry.AddTo(services, new ConfigurationBuilder().Build(), "visioncluster-test");
        Assert.Empty(services);
    }

    /// <summary>An OTLP collector over HTTP that keeps what it gets.</summary>
    private sealed class Collector(WebApplication app, ConcurrentQueue<(string Path, string Body)> received) : IAsyncDisposable
    {
        public string Address => app.Urls.First();

        public static async Task<Collector> StartAsync()
        {
            var received = new ConcurrentQueue<(string, string)>();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            app.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                received.Enqueue((context.Request.Path, Encoding.UTF8.GetString(body.ToArray())));
                context.Response.ContentType = "application/x-protobuf";
            });
            await app.StartAsync();
            return new Collector(app, received);
        }

        public string Received(string path) => string.Concat(received.Where(r => r.Path == path).Select(r => r.Body));

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
