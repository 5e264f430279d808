using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verify-").FullName;

    [Fact]
    [Trait("Category", "Golden")]
    public async Task Verify_EmbeddedModel_Passes()
    {
        var result = await CommandLine.VisionClusterAsync("verify", Fixtures.EmojiVlm);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("0 failed", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ExpectedValuesChanged_FailsAndNamesCaseAndTensor()
    {
        CopyModel();
        var golden = Path.Combine(_folder, "expected", "text_only.safetensors");
        var bytes = File.ReadAllBytes(golden);

        // The last tensor of the file, top5_probs, ends with the file.
        bytes[^1] ^= 0x40;
        File.WriteAllBytes(golden, bytes);

        var result = await CommandLine.VisionClusterAsync("verify", _folder);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.Output.Split('\n'), line => line.Contains("text_only", StringComparison.Ordinal) && line.Contains("FAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_ExpectedTensorUnknown_FailsAsNotCompared()
    {
        CopyModel();
        var golden = Path.Combine(_folder, "expected", "text_only.safetensors");
        var text = File.ReadAllBytes(golden);
        var at = text.AsSpan().IndexOf("top5_probs"u8);
        "top5_odds!"u8.CopyTo(text.AsSpan(at));
        File.WriteAllBytes(golden, text);

        var result = await CommandLine.VisionClusterAsync("verify", _folder);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not compared", result.Output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void CopyModel()
    {
        foreach (var file in Directory.GetFiles(Fixtures.EmojiVlm, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_folder, Path.GetRelativePath(Fixtures.EmojiVlm, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
