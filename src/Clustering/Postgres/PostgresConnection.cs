using Npgsql;

namespace VisionCluster.Clustering.Postgres;

/// <summary>A connection whose calls fail soon while the database is away; pools reconnect by themselves.</summary>
internal static class PostgresConnection
{
    public const string Invariant = "Npgsql"; // Orleans' name for the provider

    private const int CommandTimeoutSeconds = 2;

    /// <summary>The given string, with limits where it names none.</summary>
    public static string Parse(string text)
    {
        var builder = new NpgsqlConnectionStringBuilder(text);
        if (!builder.ContainsKey("Timeout"))
            builder.Timeout = CommandTimeoutSeconds;
        if (!builder.ContainsKey("Command Timeout"))
            builder.CommandTimeout = CommandTimeoutSeconds;
        return builder.ConnectionString;
    }
}
