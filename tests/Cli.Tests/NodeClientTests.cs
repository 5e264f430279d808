using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

[Collection(nameof(RealCluster))]
public sealed class NodeClientTests(RealCluster cluster)
{
    private static readonly string Folder = Path.Combine(Fixtures.RepositoryRoot, "samples", "node-client");

    [Fact]
    public async Task Ask_FromNodeWithOnlyTheProtoFiles_PrintsTheStream()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules")), "Run npm ci in samples/node-client to include the Node.js client.");

        var picture = Path.Combine(Fixtures.RepositoryRoot, "samples", "rocket.png");
        var result = await CommandLine.RunAsync("node", Folder, "ask.mjs", picture, "What is this?", new Uri(cluster.Address).Authority);

        Assert.Equal((0, "Rocket."), (result.ExitCode, result.Output.Trim()));
        Assert.Contains("REASON_STOP", result.Error, StringComparison.Ordinal);
    }
}
