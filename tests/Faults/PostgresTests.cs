using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

/// <summary>Clusters of two silos and a gateway that find each other in PostgreSQL.</summary>
[Collection(nameof(FaultCluster))]
public sealed class PostgresTests
{
    private static readonly string[] Questions = ["What is a rocket?", "And what is it for?", "Who needs it?"];

    [Fact]
    public async Task KillSilo_MidAnswer_ClientsSeeAPauseOnly()
    {
        await using var cluster = await StartAsync();
        var results = await Disturbance.RunAsync(cluster, busiest => busiest.KillAsync());
        Assert.True(cluster.Gateways.Sum(gateway => gateway.Failovers) > 0, "no stream was on the silo that was killed");
        await cluster.RepairAsync();

        Disturbance.Print("kill -9 of a silo, over PostgreSQL", results);
    }

    [Fact]
    public async Task KillEverySilo_BetweenTurns_ConversationGoesOn()
    {
        await using var cluster = await StartAsync();
        var (chat, twin) = (new Chat(cluster), new Chat(cluster));
        foreach (var question in Questions[..2])
            Assert.Equal(await twin.AskAsync(question), await chat.AskAsync(question));
        var expected = await twin.AskAsync(Questions[2]);

        await Task.WhenAll(cluster.Silos.Select(silo => silo.KillAsync()));
        await cluster.RepairAsync();

        Assert.Equal(expected, await chat.AskAsync(Questions[2]));
    }

    [Fact]
    public async Task RestartPostgres_MidAnswer_StreamsGoOn()
    {
        PostgresServer.SkipWithoutPostgres();
        var postgres = await PostgresServer.StartAsync();
        await using var cluster = await StartAsync(postgres);
        var results = await Disturbance.RunAsync(cluster, postgres.RestartAsync);
        Assert.All(cluster.Silos.Concat(cluster.Gateways), process => Assert.True(process.IsRunning, $"{process.Name} ended"));

        Disturbance.Print("restart of PostgreSQL", results);
    }

    [Theory]
    [InlineData("silo")]
    [InlineData("gateway")]
    public async Task Start_WithoutTables_SaysWhichScriptMakesThem(string role)
    {
        PostgresServer.SkipWithoutPostgres();
        await using var postgres = await PostgresServer.StartAsync(withTables: false);
        Assert.Contains("has no table orleansquery", await FailToStartAsync(role, postgres), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAnotherVersionsQueries_SaysWhatIsMissing()
    {
        PostgresServer.SkipWithoutPostgres();
        await using var postgres = await PostgresServer.StartAsync();
        await postgres.SqlAsync("DELETE FROM OrleansQuery WHERE QueryKey = 'CleanupDefunctSiloEntriesKey'");
        Assert.Contains("it lacks CleanupDefunctSiloEntriesKey", await FailToStartAsync("silo", postgres), StringComparison.Ordinal);
    }

    private static async Task<FaultCluster> StartAsync(PostgresServer? postgres = null)
    {
        PostgresServer.SkipWithoutPostgres();
        var cluster = new FaultCluster(new FaultPlan { Store = postgres ?? await PostgresServer.StartAsync(), Silos = 2, Gateways = 1 });
        await cluster.InitializeAsync();
        return cluster;
    }

    private static async Task<string> FailToStartAsync(string role, PostgresServer postgres)
    {
        string[] arguments = role == "silo" ? ["--model", "emoji-vlm"] : ["--port", "0"];
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ServerProcess.StartAsync(
            role, "dotnet", [FaultCluster.Program, role, .. postgres.Arguments, .. arguments], role == "silo" ? "(Ctrl-C drains)" : "gRPC"));
        var message = failure.Message.ReplaceLineEndings(" "); // the console breaks long lines
        Assert.Contains("Cluster.Postgres", message, StringComparison.Ordinal);
        Assert.Contains("deploy/postgres/visioncluster.sql", message, StringComparison.Ordinal);
        return message;
    }
}
