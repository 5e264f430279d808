using System.Text.Json;

namespace VisionCluster.Cli.Tests;

public sealed class QualityCommandTests : IDisposable
{
    private const string Prose = "The cat sat on the mat, and the dog, who had been asleep, woke up and looked at it. Nobody said anything for a while.";

    private readonly string _text = Path.GetTempFileName();

    public QualityCommandTests() => File.WriteAllText(_text, Prose);

    [Fact]
    public async Task Quality_EmbeddedModelAsJson_EveryFormBesideFloat()
    {
        var result = await CommandLine.VisionClusterAsync("quality", "emoji-vlm", "--text", _text, "--json");

        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("emoji-vlm", json.RootElement.GetProperty("model").GetString());
        var rows = json.RootElement.GetProperty("rows").EnumerateArray().ToDictionary(row => row.GetProperty("form").GetString()!);
        Assert.Equal(["fp32", "int8", "int4"], rows.Keys);
        Assert.Equal(1, rows["fp32"].GetProperty("top_one_agreement").GetDouble());
        Assert.InRange(rows["fp32"].GetProperty("mean_divergence").GetDouble(), -1e-6, 1e-6);
        Assert.InRange(rows["int8"].GetProperty("mean_divergence").GetDouble(), 1e-7, rows["int4"].GetProperty("mean_divergence").GetDouble());
        Assert.True(rows["int4"].GetProperty("weight_bytes").GetInt64() < rows["int8"].GetProperty("weight_bytes").GetInt64());
        Assert.True(rows["int8"].GetProperty("weight_bytes").GetInt64() < rows["fp32"].GetProperty("weight_bytes").GetInt64());
        Assert.All(rows.Values, row => Assert.True(row.GetProperty("batch_tokens_per_second").GetDouble() > 0));
    }

    [Fact]
    public async Task Quality_FormsChosen_TableOfThem()
    {
        var result = await CommandLine.VisionClusterAsync("quality", "emoji-vlm", "--text", _text, "--forms", "int8");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("mean KL", result.Output, StringComparison.Ordinal);
        Assert.Contains("int8", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("int4", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("emoji-vlm", "--forms", "int3", "int3 is not a form")]
    [InlineData("emoji-vlm", "--text", "no-such-file.txt", "no-such-file.txt")]
    [InlineData("emoji-vlm", "--threads", "0", "at least 1")]
    [InlineData("emoji-siglip", "--threads", "1", "does not predict")]
    public async Task Quality_Unusable_SaysWhy(string model, string option, string value, string mention)
    {
        var result = await CommandLine.VisionClusterAsync("quality", model, option, value);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(mention, result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_text);
}
