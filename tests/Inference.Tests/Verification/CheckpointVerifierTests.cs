using VisionCluster.Inference.Verification;
using VisionCluster.Models.Compilation;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Verification;

/// <summary>Every checkpoint with golden outputs, from messages and picture files to generated tokens.</summary>
[Trait("Category", "Golden")]
public sealed class CheckpointVerifierTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public static TheoryData<string> Checkpoints => [.. Fixtures.Folders("families").Select(folder => Path.GetFileName(folder))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    public void Verify_Family_EveryExpectedTensorMatches(string family) => Verify(Path.Combine(Fixtures.Root, "families", family));

    [Fact]
    public void Verify_EmbeddedModel_EveryExpectedTensorMatches() => Verify(Fixtures.EmojiVlm);

    public void Dispose() => _cache.Dispose();

    private void Verify(string folder)
    {
        var results = CheckpointVerifier.Verify(folder, new ModelCompilerOptions { CacheFolder = _cache.Path });

        Assert.NotEmpty(results);
        var failed = results.Where(result => !result.Passed).ToList();
        Assert.True(failed.Count == 0, $"{Path.GetFileName(folder)}:\n{string.Join('\n', failed.Take(10))}");
    }
}
