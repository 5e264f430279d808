using VisionCluster.Inference.Verification;
using VisionCluster.Models.Compilation;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Verification;

/// <summary>Every checkpoint folder with golden tensors: layers, features, logits and greedy tokens as the reference computes them.</summary>
public sealed class GraphGoldenTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public static TheoryData<string> Checkpoints() => [.. Fixtures.Folders("families").Concat(Fixtures.Models)
        .Where(folder => File.Exists(Path.Combine(folder, "expected", "cases.json")))
        .Select(folder => Path.GetRelativePath(Fixtures.RepositoryRoot, folder))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    [Trait("Category", "Golden")]
    public void Graphs_FedWithGoldenInputs_EqualTheReference(string checkpoint)
    {
        var compiler = new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path });

        var comparisons = GraphVerifier.Verify(compiler.Compile(Path.Combine(Fixtures.RepositoryRoot, checkpoint)));

        Assert.NotEmpty(comparisons);
        Assert.DoesNotContain(comparisons, comparison => !comparison.Passed);
    }

    public void Dispose() => _cache.Dispose();
}
