using VisionCluster.Faults.Tests.Processes;
using VisionCluster.Faults.Tests.Streams;
using VisionCluster.TestKit;

namespace VisionCluster.Faults.Tests;

/// <summary>Silos whose wall clock is set by hours while they work. What has a limit is measured by clocks that nobody sets.</summary>
[Collection(nameof(FaultCluster))]
public sealed class ClockJumpTests
{
    private const uint DeadlineMs = 80_000;
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    [Theory]
    [InlineData("+2h")]
    [InlineData("-2h")]
    public async Task SetClock_OfOneSilo_MidAnswer_StreamsWithDeadlinesGoOn(string jump)
    {
        PostgresServer.SkipWithoutPostgres();
        Assert.SkipUnless(File.Exists(Library), "libfaketime is not installed: see deploy/install-test-tools.sh.");
        using var folder = new TemporaryFolder();
        var postgres = await PostgresServer.StartAsync();
        await using var cluster = new FaultCluster(new FaultPlan
        {
            Store = postgres,
            Silos = 2,
            Gateways = 1,
            SiloEnvironment = silo => Clock(Set(silo, "+0")),
        });
        await cluster.InitializeAsync();
        var results = await Disturbance.RunAsync(
            cluster,
            busiest =>
            {
                Set(cluster.Silos.ToList().IndexOf(busiest), jump);
                return Task.CompletedTask;
            },
            change: request => request.DeadlineMs = DeadlineMs);
        await Limit.UntilAsync(
            async () => await postgres.QueryAsync(
                "SELECT count(*) FROM OrleansMembershipTable WHERE abs(extract(epoch FROM IAmAliveTime - now())) > 3600") == "1",
            "one silo signs itself with a wrong time");
        Assert.All(cluster.Silos, silo => Assert.True(silo.IsRunning, $"{silo.Name} ended:\n{silo.LastLines}"));
        Assert.Equal(0, cluster.Gateways.Sum(gateway => gateway.Failovers));
        await cluster.CompleteAsync();

        Disturbance.Print($"a silo's clock set by {jump}", results);

        string Set(int silo, string offset)
        {
            var file = Path.Combine(folder.Path, $"clock{silo}");
            File.WriteAllText(file, offset + "\n");
            return file;
        }
    }

    private static Dictionary<string, string> Clock(string file) => new()
    {
        ["LD_PRELOAD"] = Library,
        ["FAKETIME_TIMESTAMP_FILE"] = file,
        ["FAKETIME_NO_CACHE"] = "1", // looks at the file at each call
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1", // as the kernel does
    };
}
