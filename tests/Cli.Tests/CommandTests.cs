using System.Text.Json;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

public sealed class CommandTests
{
    private static readonly string Samples = Path.Combine(Fixtures.RepositoryRoot, "samples");

    [Fact]
    public async Task Chat_SamplePicture_PrintsTheAnswerAndNothingElse()
    {
        var result = await CommandLine.VisionClusterAsync("chat", "--image", Path.Combine(Samples, "red-apple.png"), "What is this?");

        Assert.Equal((0, "Red apple.\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task Generate_SampleRequest_PrintsOneJsonObject()
    {
        var result = await CommandLine.VisionClusterAsync("generate", "--request", Path.Combine(Samples, "request.json"), "--json");

        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.StartsWith("Red apple.", json.RootElement.GetProperty("text").GetString()!.Trim(), StringComparison.Ordinal);
        Assert.Equal("stop", json.RootElement.GetProperty("finish_reason").GetString());
        Assert.Equal(json.RootElement.GetProperty("token_ids").GetArrayLength(), json.RootElement.GetProperty("usage").GetProperty("generated_tokens").GetInt32());
        Assert.Equal(80, json.RootElement.GetProperty("usage").GetProperty("image_tokens").GetInt32());
        Assert.True(json.RootElement.GetProperty("timings").GetProperty("total_ms").GetDouble() > 0);
    }

    [Fact]
    public async Task Generate_Streaming_BeginsWithTheAnswersFirstWord()
    {
        var result = await CommandLine.VisionClusterAsync("generate", "--request", Path.Combine(Samples, "request.json"));

        Assert.StartsWith("Red apple.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_SampleRequests_AreAllAnswered()
    {
        using var folder = new TemporaryFolder();
        var replies = Path.Combine(folder.Path, "replies.jsonl");
        var result = await CommandLine.VisionClusterAsync("batch", "--input", Path.Combine(Samples, "requests.jsonl"), "--output", replies);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(3, File.ReadLines(replies).Count(line => line.Contains("\"status_code\":200", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Models_WithoutEndpoint_ListsTheEmbeddedModel()
    {
        var result = await CommandLine.VisionClusterAsync("models");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("emoji-vlm (default)", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Similarity_SamplePicture_PrefersItsName()
    {
        var picture = Path.Combine(Samples, "red-apple.png");
        var result = await CommandLine.VisionClusterAsync(
            "similarity", "--image", picture, "--text", "red apple", "--text", "rocket", "--text", "elephant", "--json");

        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        var row = json.RootElement.GetProperty("probabilities")[0].EnumerateArray().Select(value => value.GetSingle()).ToList();
        Assert.Equal(0, row.IndexOf(row.Max()));
        Assert.Equal("sigmoid", json.RootElement.GetProperty("judgement").GetString());
    }

    [Fact]
    public async Task Embed_TextsAndPicture_PrintsATable()
    {
        var result = await CommandLine.VisionClusterAsync("embed", "--image", Path.Combine(Samples, "rocket.png"), "--text", "rocket");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("rocket.png", result.Output, StringComparison.Ordinal);
        Assert.Contains("1.000", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_SamplePicture_WritesPicturesOfEveryView()
    {
        using var folder = new TemporaryFolder();
        var picture = Path.Combine(Samples, "red-apple.png");
        var result = await CommandLine.VisionClusterAsync(
            "inspect", "--image", picture, "--split", "false", "--text", "What is this?", "--out", folder.Path,
            "--view", "grid", "projection", "positions", "pca", "answer-attention");

        Assert.Equal(0, result.ExitCode);
        string[] expected = ["answer-attention-layer3", "grid", "pca-layer3", "positions", "projection"];
        var written = Directory.GetFiles(folder.Path, "*.png").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);
        Assert.Equal(expected.Select(name => $"red-apple-{name}"), written);
        Assert.Contains("red-apple.png (PNG, 64 wide, 64 high): 1 tile of 8 × 8 patches", result.Output, StringComparison.Ordinal);
        Assert.Contains("answer: Red apple.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_OnePatch_ListsItsNearest()
    {
        using var folder = new TemporaryFolder();
        var picture = Path.Combine(Samples, "red-apple.png");
        string[] arguments = ["inspect", "--image", picture, "--split", "false", "--out", folder.Path, "--view", "hidden", "--patch"];
        var result = await CommandLine.VisionClusterAsync([.. arguments, "27"]);
        var beyond = await CommandLine.VisionClusterAsync([.. arguments, "64"]);

        Assert.Contains("patch 27 (row 3, column 3)", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "red-apple-hidden-patch27-layer3.png")));
        Assert.Contains("a tile has patches 0 to 63", beyond.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no image file", "chat", "--image", "nowhere.png", "What is this?")]
    [InlineData("neither a checkpoint folder", "chat", "--model", "no-such-model", "Hello")]
    [InlineData("not a device", "chat", "--device", "tpu:0", "Hello")]
    [InlineData("There is no request file", "generate", "--request", "nowhere.json")]
    [InlineData("There is no folder", "verify", "nowhere")]
    [InlineData("No embedded model has labels", "classify", "cat.jpg")]
    [InlineData("nothing to embed", "embed")]
    [InlineData("not a list of numbers", "inspect", "--text", "a", "--layers", "first")]
    [InlineData("looks at the text side", "inspect", "--image", "a.png", "--text", "a", "--view", "answer-attention", "hidden")]
    [InlineData("There is no input file", "batch", "--input", "nowhere.jsonl", "--output", "replies.jsonl")]
    public async Task Command_WrongInput_SaysWhatIsWrong(string expected, params string[] arguments)
    {
        var result = await CommandLine.VisionClusterAsync(arguments);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
