using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

public sealed class ExportCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("export-").FullName;

    private string Output => Path.Combine(_root, "emoji-onnx");

    [Fact]
    public async Task Export_ThenServed_AnswersAsTheCheckpoint()
    {
        var exported = await CommandLine.VisionClusterAsync("export", "emoji-vlm", "--output", Output);
        var picture = Path.Combine(Fixtures.EmojiVlm, "samples", "red-apple.png");
        var native = await CommandLine.VisionClusterAsync("chat", "--image", picture, "What is this?");
        var plain = await CommandLine.VisionClusterAsync("chat", "--model", Output, "--image", picture, "What is this?");

        Assert.Equal(0, exported.ExitCode);
        Assert.True(plain.ExitCode == 0, plain.Error);
        Assert.Equal(native.Output, plain.Output);
    }

    [Fact]
    public async Task Verify_Export_ComparesWhatItShows()
    {
        await CommandLine.VisionClusterAsync("export", "emoji-vlm", "--output", Output);
        foreach (var file in Directory.GetFiles(Path.Combine(Fixtures.EmojiVlm, "expected"), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(Output, Path.GetRelativePath(Fixtures.EmojiVlm, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var result = await CommandLine.VisionClusterAsync("verify", Output);

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("generated_ids", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_FolderInUseOrNoSafetensors_SaysSo()
    {
        Directory.CreateDirectory(Output);
        File.WriteAllText(Path.Combine(Output, "mine.txt"), "");

        var result = await CommandLine.VisionClusterAsync("export", "emoji-vlm", "--output", Output);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is there already", result.Error, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(Output, "mine.txt")], Directory.GetFiles(Output));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
