using System.Text.Json;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>Each measurement runs, tiny, on the embedded model. What it measures is nobody's business here; that it measures is.</summary>
public sealed class BenchCommandTests
{
    private static readonly string Picture = Path.Combine(Fixtures.RepositoryRoot, "samples", "red-apple.png");

    [Fact]
    public async Task Engine_TwoBatches_ReportsEachWithAnswersOfTheRightLength()
    {
        var report = await RunAsync("engine", "--sessions", "1", "3", "--prompt", "8", "--output", "5", "--prompt-ids", "504,505", "--ttft-ms", "1000000");

        Assert.Equal([1, 3], Rows(report).Select(row => row.GetProperty("sessions").GetInt32()));
        Assert.Equal(5, report.GetProperty("generated").GetArrayLength());
        Assert.All(Rows(report), row =>
        {
            Positive(row, "tokens_per_s", "prefill_tokens_per_s", "ttft_ms_p50", "goodput_per_s");
            Ordered(row, "ttft_ms_p50", "ttft_ms_p90", "ttft_ms_p99");
            Ordered(row, "itl_ms_p50", "itl_ms_p90", "itl_ms_p99");
        });
    }

    [Fact]
    public async Task Engine_SharedPrefix_PrefillsItOnce()
    {
        var report = await RunAsync("engine", "--sessions", "2", "--prompt", "40", "--output", "4", "--share-prefix");

        // A prompt whose prefix is there tells nothing about prefill.
        Assert.Equal(JsonValueKind.Null, Rows(report)[0].GetProperty("prefill_tokens_per_s").ValueKind);
    }

    [Fact]
    public async Task Engine_AnswerWithinNoTime_IsNoGoodput()
    {
        var report = await RunAsync("engine", "--sessions", "1", "--prompt", "8", "--output", "2", "--ttft-ms", "0");

        Assert.Equal(0, Rows(report)[0].GetProperty("goodput_per_s").GetDouble());
    }

    [Fact]
    public async Task Engine_Profile_SumsOperators()
    {
        using var folder = new TemporaryFolder();
        var report = await RunAsync("engine", "--sessions", "1", "--prompt", "8", "--output", "3", "--profile", folder.Path);

        var operators = Rows(report).Where(row => row.TryGetProperty("operator", out _)).ToList();
        Assert.Contains(operators, row => row.GetProperty("operator").GetString() == "SlotAttention");
        Assert.All(operators.GroupBy(row => row.GetProperty("graph").GetString()), graph => Assert.Equal(1, graph.Sum(row => row.GetProperty("share").GetDouble()), 1));
    }

    [Fact]
    public async Task Gateway_BothWays_ReportTheSameWork()
    {
        var report = await RunAsync("gateway", "--sessions", "2", "--prompt", "32", "--output", "4");

        Assert.Equal(["engine", "gateway", "engine", "gateway"], Rows(report).Select(row => row.GetProperty("way").GetString()));
        Assert.All(Rows(report), row => Positive(row, "tokens_per_s", "ttft_ms_p50"));
        Assert.All(Rows(report).Where(row => row.GetProperty("way").GetString() == "gateway"), row => Positive(row, "rate_of_above"));
    }

    [Fact]
    public async Task Gateway_Separate_ReportsServersOfTheirOwnToo()
    {
        var report = await RunAsync("gateway", "--sessions", "2", "--prompt", "32", "--output", "4", "--slots", "3", "--separate");

        Assert.Equal(
            ["engine", "gateway", "one_process", "two_processes", "engine", "gateway", "one_process", "two_processes"], Rows(report).Select(row => row.GetProperty("way").GetString()));
        Assert.All(Rows(report), row => Positive(row, "tokens_per_s", "ttft_ms_p50"));
    }

    [Fact]
    public async Task Overload_FourTimesTheLoad_ReportsWhatWasServedAndRefused()
    {
        var report = await RunAsync("overload", "--loads", "4", "--seconds", "1", "--prompt", "32", "--output", "8", "--slots", "2", "--deadline-ms", "1000");

        var row = Assert.Single(Rows(report));
        Positive(row, "offered_per_s", "goodput_per_s", "goodput_min", "goodput_max", "ttft_ms_p50");
        Assert.Equal(1, row.GetProperty("of_peak").GetDouble());
        Assert.True(row.GetProperty("refused_per_s").GetDouble() + row.GetProperty("late_per_s").GetDouble() > 0);
    }

    [Theory]
    [InlineData("emoji-vlm", 16)]
    [InlineData("emoji-siglip", 1)]
    public async Task Encode_VisionGraph_ReportsImages(string model, int tokens)
    {
        var report = await RunAsync("encode", "--model", model, "--batch", "1", "2");

        Assert.Equal((64, 64, tokens), (Int(report, "height"), Int(report, "width"), Int(report, "tokens_per_image")));
        Assert.Equal([1, 2], Rows(report).Select(row => Int(row, "batch")));
        Assert.All(Rows(report), row => Positive(row, "images_per_s"));
    }

    [Fact]
    public async Task Preprocess_SamplePicture_ReportsItsTiles()
    {
        var row = Assert.Single(Rows(await RunAsync("preprocess", "--image", Picture, "--workers", "2")));

        Assert.Equal(("red-apple.png", 5, 64), (row.GetProperty("image").GetString(), Int(row, "tiles"), Int(row, "tile_width")));
        Positive(row, "decode_ms_p50", "process_ms_p50", "images_per_s", "tiles_per_s");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mixed_ArrivalWhileAnswersRun_ReportsBoth(bool picture)
    {
        string[] arrival = picture ? ["--with-picture", "--image", Picture] : [];
        var row = Assert.Single(Rows(await RunAsync(["mixed", "--sessions", "2", "--prompt", "16", .. arrival])));

        Positive(row, "ttft_alone_ms_p50", "ttft_ms_p50", "ttft_ratio", "idle_step_ms");
        Assert.Equal(1, row.GetProperty("goodput_share").GetDouble());
    }

    [Fact]
    public async Task Reuse_PrefixAndTurn_AreFoundAgain()
    {
        var rows = Rows(await RunAsync("reuse", "--prefix", "64", "--new", "8")).ToDictionary(row => row.GetProperty("prompt").GetString()!);

        Assert.Equal((72, 0), Tokens("prefix and new, first time"));
        Assert.Equal((72, 64), Tokens("same prefix in another prompt"));
        Assert.Equal(74, Tokens("next turn of a conversation").Prompt);
        Assert.InRange(Tokens("next turn of a conversation").Cached, 64, 66);
        Positive(rows["picture again (gateway)"], "ttft_ms_p50");

        (int Prompt, int Cached) Tokens(string name) => (Int(rows[name], "prompt_tokens"), Int(rows[name], "cached_tokens"));
    }

    [Fact]
    public async Task Memory_Steps_GrowFromTheModelToItsSessions()
    {
        var report = await RunAsync("memory", "--sessions", "2", "--prompt", "16");

        Assert.Equal(5, Rows(report).Count);
        Assert.True(report.GetProperty("weight_file_bytes").GetInt64() > report.GetProperty("decode_weight_bytes").GetInt64());
        Assert.All(Rows(report), row => Positive(row, "resident_mib", "managed_mib"));
    }

    [Fact]
    public async Task Soak_SomeSeconds_LeavesNoSlotTaken()
    {
        // Whether memory grew is not asked: a few seconds are all warm-up.
        var result = await CommandLine.VisionClusterAsync(
            "bench", "soak", "--minutes", "0.03", "--slots", "2", "--prompt", "32", "--output", "8", "--with-pictures", "--image", Picture, "--json");

        var row = Assert.Single(Rows(Parse(result)));
        Assert.True(row.GetProperty("slots_sound").GetBoolean());
        Assert.Equal(0, Int(row, "slots_left"));
        Positive(row, "finished", "wait_ms_p99", "resident_mib_end");
    }

    [Fact]
    public async Task Weights_Shape_IsACheckpointOfThatSize()
    {
        using var folder = new TemporaryFolder();
        var target = Path.Combine(folder.Path, "vit");
        var written = await CommandLine.VisionClusterAsync("bench", "weights", "vit-b16-224", "--output", target);

        Assert.True(written.ExitCode == 0, written.Error);

        // 86.6 million values of two bytes.
        Assert.Equal(86_567_656 * 2L, new FileInfo(Path.Combine(target, "model.safetensors")).Length, 200_000.0);
        var again = await CommandLine.VisionClusterAsync("bench", "weights", "vit-b16-224", "--output", target);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("not empty", again.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sessions must be at least 1", "engine", "--sessions", "0")]
    [InlineData("do not fit the context", "engine", "--prompt", "4000")]
    [InlineData("--precision", "engine", "--precision", "fp13")]
    [InlineData("no shape", "weights", "resnet", "--output", "x")]
    [InlineData("There is no file", "preprocess", "--image", "no-such.jpg")]
    public async Task Bench_Misused_SaysWhatToChange(string sentence, params string[] arguments)
    {
        var result = await CommandLine.VisionClusterAsync(["bench", .. arguments]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> RunAsync(params string[] arguments)
    {
        var result = await CommandLine.VisionClusterAsync(["bench", .. arguments, "--rounds", "1", "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        return Parse(result);
    }

    private static JsonElement Parse(CommandResult result) => JsonSerializer.Deserialize<JsonElement>(result.Output);

    private static List<JsonElement> Rows(JsonElement report) => [.. report.GetProperty("rows").EnumerateArray()];

    private static int Int(JsonElement row, string name) => row.GetProperty(name).GetInt32();

    private static void Positive(JsonElement row, params string[] names) =>
        Assert.All(names, name => Assert.True(row.GetProperty(name).GetDouble() > 0, $"{name} is {row.GetProperty(name)}."));

    private static void Ordered(JsonElement row, params string[] names) =>
        Assert.Equal(names.Select(name => row.GetProperty(name).GetDouble()).Order(), names.Select(name => row.GetProperty(name).GetDouble()));
}
