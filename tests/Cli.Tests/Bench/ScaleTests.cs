using VisionCluster.Cli.Bench;
using VisionCluster.Cli.Bench.Scale;
using VisionCluster.Simulation;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests.Bench;

/// <summary>Several silos of simulated devices and several gateways, over sockets. What they compute is checked; how fast is not.</summary>
public sealed class ScaleTests
{
    private const int Output = 16;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly byte[] Picture = File.ReadAllBytes(Path.Combine(Fixtures.RepositoryRoot, "samples", "red-apple.png"));

    [Fact]
    public async Task Picture_ThousandColdRequestsThroughThreeGateways_IsEncodedOnce()
    {
        using var limit = new CancellationTokenSource(Limit);
        var plan = Plan() with { Rows = 128 };
        await using var cluster = await ScaleCluster.StartAsync(plan, silos: 4, gateways: 3, limit.Token);
        var clients = cluster.Endpoints.Select(endpoint => new ScaleClient(endpoint)).ToList();

        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(
            i => clients[i % clients.Count].AskAsync("", "what is this?", Picture, 1, null, limit.Token)));

        Assert.Equal(1, cluster.Devices.Sum(device => device.ImagesEncoded));
        Assert.Equal(1, answers.Sum(answer => answer.ImagesEncoded));
        Assert.Single(answers.Select(answer => Assert.Single(answer.TokenIds)).Distinct());
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Load_HundredsOfConversations_AreSpreadAndAnsweredAsIfAlone()
    {
        using var limit = new CancellationTokenSource(Limit);
        var plan = Plan();
        await using var cluster = await ScaleCluster.StartAsync(plan, silos: 4, gateways: 2, limit.Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var load = new ScaleLoad(plan, cluster.Endpoints);
        var running = load.RunAsync(users: 64, TimeSpan.Zero, stop.Token);

        await Until(() => load.Answers.Count >= 600, $"600 answers came", limit.Token);
        await stop.CancelAsync();
        await running;

        AssertNothingLost(load);
        Assert.Equal(load.Pictures, cluster.Devices.Sum(device => device.ImagesEncoded));
        var shares = load.Answers.GroupBy(answer => answer.Silo).Select(silo => silo.Count()).ToList();
        Assert.Equal(4, shares.Count);
        Assert.True(shares.Max() <= 1.5 * shares.Average(), $"The silos began {string.Join(", ", shares)} answers.");
    }

    [Fact]
    public async Task SiloKilled_EveryAnswerEqualsItsTwin()
    {
        using var limit = new CancellationTokenSource(Limit);
        var plan = Plan() with { Kill = true };
        await using var cluster = await ScaleCluster.StartAsync(plan, silos: 3, gateways: 2, limit.Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        using var meters = new ScaleMeters();
        var load = new ScaleLoad(plan, cluster.Endpoints);
        var running = load.RunAsync(users: 64, TimeSpan.Zero, stop.Token);

        await Until(() => load.Answers.Any(answer => answer.Silo == VictimSilo.Name), "the silo that is to die answered", limit.Token);
        cluster.Victim!.Kill();
        var before = load.Answers.Count;
        await Until(() => !meters.Failovers.IsEmpty && load.Answers.Count >= before + 128, "answers went on, and more came", limit.Token);
        await stop.CancelAsync();
        await running;

        AssertNothingLost(load);
    }

    [Fact]
    public async Task Command_TwoSizes_ReportsBoth()
    {
        var result = await CommandLine.VisionClusterAsync(
            "bench", "scale", "--silos", "1", "2", "--devices", "2", "--rows", "2", "--slowdown", "1", "--seconds", "2", "--warm-up", "2", "--verify", "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        using var report = System.Text.Json.JsonDocument.Parse(result.Output);
        var rows = report.RootElement.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal([1, 2], rows.Select(row => row.GetProperty("silos").GetInt32()));
        Assert.All(rows, row =>
        {
            Assert.Equal(0, row.GetProperty("mistakes").GetInt32());
            Assert.True(row.GetProperty("tokens_per_s").GetDouble() > 0);
            Assert.True(row.GetProperty("messages_per_token").GetDouble() > 0);
        });
    }

    [Theory]
    [InlineData("--silos must be", "bench", "scale", "--silos", "0")]
    [InlineData("--slowdown must be", "bench", "scale", "--slowdown", "0")]
    [InlineData("is no simulated model", "bench", "scale", "--model", "emoji-vlm")]
    [InlineData("name a simulated model", "generate", "--device", "simulated:0", "--model", "emoji-vlm")]
    [InlineData("name a simulated one", "generate", "--model", "simulated-vlm")]
    public async Task Simulated_MixedWithReal_SaysWhatToChange(string sentence, params string[] arguments)
    {
        if (arguments[0] == "generate")
            arguments = [.. arguments, "--request", Path.Combine(Fixtures.RepositoryRoot, "samples", "request.json")];
        var result = await CommandLine.VisionClusterAsync(arguments);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(sentence, result.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    // Devices fast enough for a test, slow enough that answers overlap.
    private static ScalePlan Plan() => new()
    {
        Model = SimulatedModel.Load("simulated-vlm"),
        Pictures = [new BenchPicture("red-apple.png", Picture)],
        DevicesPerSilo = 2,
        Rows = 8,
        OutputTokens = Output,
        Verify = true,
    };

    private static void AssertNothingLost(ScaleLoad load) => Assert.True(
        (load.Mistakes, load.Refused, load.Failed) == (0, 0, 0),
        $"{load.Mistakes} answers differ, {load.Refused} were refused, {load.Failed} failed, the last with: {load.LastFailure}");

    private static async Task Until(Func<bool> condition, string what, CancellationToken limit)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(limit);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Within {Limit.TotalSeconds} s this did not happen: {what}.");
            }
        }
    }
}
