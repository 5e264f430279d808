using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace VisionCluster.Cli.Hosting;

/// <summary>
/// Sends traces and metrics over OTLP once <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; OpenTelemetry's other variables hold, too
/// (<c>OTEL_SERVICE_NAME</c>, <c>OTEL_TRACES_SAMPLER</c>, <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, …).
/// </summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Own = "VisionCluster.*";
    private const string Requests = "Microsoft.AspNetCore"; // the gateway's calls: parents of everything else

    /// <param name="services">Of the host.</param>
    /// <param name="configuration">With the environment.</param>
    /// <param name="service">Name of the service unless the environment gives one.</param>
    public static void AddTo(IServiceCollection services, IConfiguration configuration, string service)
    {
        if (string.IsNullOrEmpty(configuration[Endpoint]))
        {
            return;
        }

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service).AddEnvironmentVariableDetector())
            .WithTracing(traces => traces.AddSource(Own, Requests))
            .WithMetrics(metrics => metrics.AddMeter(Own, Requests + ".*", "Microsoft.Orleans", "System.Runtime"))
            .UseOtlpExporter();
    }
}
