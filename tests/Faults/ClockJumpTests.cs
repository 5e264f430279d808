using System.Globalization;
using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;

namespace VisionCluster.Faults.Tests;

/// <summary>Silos whose wall clock is set by hours while they work. What has a limit is measured by clocks that nobody sets.</summary>
[Collection(nameof(FaultCluster))]
public sealed class ClockJumpTests
{
    private const string FutureSigns = "SELECT count(*) FROM OrleansMembershipTable WHERE IAmAliveTime > now() + interval '1 hour'";
    private const uint DeadlineMs = 80_000;

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public async Task SetClock_OfOneSilo_MidAnswer_StreamsWithDeadlinesGoOn(int hours)
    {
        PostgresServer.SkipWithoutPostgres();
        SetClock.SkipWithoutCompiler();
        using var clock = await SetClock.CreateAsync();
        var postgres = await PostgresServer.StartAsync();
        await using var cluster = new FaultCluster(new FaultPlan
        {
            Store = postgres,
            Silos = 2,
            Gateways = 1,
            SiloEnvironment = clock.Environment,
        });
        await cluster.InitializeAsync();
        var results = await Disturbance.RunAsync(
            cluster,
            busiest =>
            {
                clock.Set(int.Parse(busiest.Name["silo".Length..], CultureInfo.InvariantCulture) - 1, TimeSpan.FromHours(hours));
                return Task.CompletedTask;
            },
            change: request => request.DeadlineMs = DeadlineMs);
        if (hours > 0) // set back, Orleans' own timers rest
            await Limit.UntilAsync(async () => await postgres.QueryAsync(FutureSigns) == "1", "one silo signs itself with a later time");
        Assert.All(cluster.Silos, silo => Assert.True(silo.IsRunning, $"{silo.Name} ended:\n{silo.LastLines}"));
        Assert.Equal(0, cluster.Gateways.Sum(gateway => gateway.Failovers));
        await cluster.CompleteAsync();

        Disturbance.Print($"a silo's clock set by {hours} h", results);
    }
}
