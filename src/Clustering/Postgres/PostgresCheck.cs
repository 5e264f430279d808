using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace VisionCluster.Clustering.Postgres;

/// <summary>
/// Looks at the database before Orleans does, whose own error for a missing table is a stack trace: waits until it can be reached, and
/// says what is wrong with it otherwise.
/// </summary>
internal sealed class PostgresCheck(ClusteringOptions options, ILogger<PostgresCheck> logger) : IHostedLifecycleService
{
    private const string Script = "deploy/postgres/visioncluster.sql";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly string[] Tables =
        ["orleansquery", "orleansmembershipversiontable", "orleansmembershiptable", "orleansstorage"];

    private static readonly string[] Queries =
    [
        "GatewaysQueryKey", "MembershipReadRowKey", "MembershipReadAllKey", "InsertMembershipVersionKey", "UpdateIAmAlivetimeKey",
        "InsertMembershipKey", "UpdateMembershipKey", "DeleteMembershipTableEntriesKey", "CleanupDefunctSiloEntriesKey",
        "ReadFromStorageKey", "WriteToStorageKey", "ClearStorageKey",
    ];

    /// <exception cref="OptionsValidationException">The database lets nobody in, or lacks what the script creates.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await ErrorAsync(cancellationToken) is { } error)
                    throw new OptionsValidationException(nameof(ClusteringOptions), typeof(ClusteringOptions), [$"Cluster.Postgres: {error}"]);
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient) // is not up yet, or starts
            {
                logger.ClusterNotThere(e.Message);
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task<List<string>> MissingAsync(NpgsqlConnection connection, string sql, string[] wanted, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = wanted } } };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var missing = new List<string>();
        while (await reader.ReadAsync(cancel))
            missing.Add(reader.GetString(0));
        return missing;
    }

    private async Task<string?> ErrorAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(options.Postgres);
            await connection.OpenAsync(cancellationToken);
            var tables = await MissingAsync(
                connection, "SELECT name FROM unnest($1::text[]) name WHERE to_regclass(name) IS NULL", Tables, cancellationToken);
            if (tables.Count > 0)
                return $"database '{connection.Database}' has no table {string.Join(", ", tables)}; run {Script} there.";
            var queries = await MissingAsync(
                connection,
                "SELECT name FROM unnest($1::text[]) name WHERE NOT EXISTS (SELECT 1 FROM OrleansQuery WHERE QueryKey = name)",
                Queries,
                cancellationToken);
            return queries.Count == 0
                ? null
                : $"table OrleansQuery of database '{connection.Database}' is another version's, it lacks {string.Join(", ", queries)}; run {Script} there.";
        }
        catch (PostgresException e) when (!e.IsTransient)
        {
            return $"the database refuses: {e.MessageText} ({e.SqlState})";
        }
        catch (ArgumentException e)
        {
            return $"this is no Npgsql connection string: {e.Message}";
        }
    }
}
