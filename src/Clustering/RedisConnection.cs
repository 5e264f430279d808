using StackExchange.Redis;

namespace VisionCluster.Clustering;

/// <summary>A connection that outlives Redis: it comes back by itself, and a call during an outage fails soon.</summary>
internal static class RedisConnection
{
    private const int CommandTimeoutMs = 2_000;

    /// <summary>For what is only a help: a call fails at once while there is no connection.</summary>
    public static ConfigurationOptions ParseImpatient(string text)
    {
        var options = Parse(text);
        options.BacklogPolicy = BacklogPolicy.FailFast;
        return options;
    }

    public static ConfigurationOptions Parse(string text)
    {
        var options = ConfigurationOptions.Parse(text);
        options.AbortOnConnectFail = false;
        options.ReconnectRetryPolicy = new LinearRetry(250);
        (options.AsyncTimeout, options.SyncTimeout, options.ConnectTimeout) = (CommandTimeoutMs, CommandTimeoutMs, CommandTimeoutMs);
        return options;
    }
}
