using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace VisionCluster.Cli.Hosting;

/// <summary>What a person at a terminal needs: a server's own warnings, of Orleans and the health checks only what is an error.</summary>
internal static class HostLogging
{
    public static void Configure(ILoggingBuilder logging, IConfiguration configuration, bool server)
    {
        // All log lines go to standard error: standard output is for answers.
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(server ? LogLevel.Warning : LogLevel.Critical);
        logging.AddFilter("Orleans", server ? LogLevel.Error : LogLevel.Critical);

        // A model that still loads is "unhealthy"; the probe that asks is told, nobody else has to be.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical);
        logging.AddConfiguration(configuration.GetSection("Logging"));
    }
}
