using VisionCluster.Contracts.V1;
using VisionCluster.Faults.Tests.Processes;

namespace VisionCluster.Faults.Tests.Streams;

/// <summary>The workload's answers when nothing is disturbed, and the comparison with them.</summary>
internal sealed class Twins
{
    // A log probability goes through a softmax over sums whose order depends on the batch; ids and text do not forgive anything.
    private const double LogProbTolerance = 1e-3;

    private static Twins? _twins;
    private readonly StreamResult[] _expected;

    private Twins(IReadOnlyList<GenerateRequest> requests, StreamResult[] expected) => (Requests, _expected) = (requests, expected);

    public IReadOnlyList<GenerateRequest> Requests { get; }

    /// <summary>Computed once for all scenarios, which run one after another.</summary>
    public static async Task<Twins> GetAsync(FaultCluster cluster)
    {
        if (_twins is not null)
            return _twins;
        var requests = Workload.Create();
        var runs = requests.Select((request, i) => StreamRun.Start(cluster, request, i).Done).ToArray();
        return _twins = new Twins(requests, await Task.WhenAll(runs).Within("the undisturbed streams end"));
    }

    public void AssertEqual(int stream, StreamResult actual)
    {
        var expected = _expected[stream];
        var same = expected.Tokens.Zip(actual.Tokens).TakeWhile(pair => pair.First.Id == pair.Second.Id).Count();
        Assert.True(
            same == expected.Tokens.Count && same == actual.Tokens.Count,
            $"Stream {stream} has {actual.Tokens.Count} tokens, its twin {expected.Tokens.Count}; they agree on the first {same}.");
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.Finished.Reason, actual.Finished.Reason);
        Assert.Equal(expected.Finished.Usage.GeneratedTokens, actual.Finished.Usage.GeneratedTokens);
        Assert.Equal(expected.Finished.Usage.PromptTokens.Total, actual.Finished.Usage.PromptTokens.Total);
        foreach (var (a, b) in expected.Tokens.Zip(actual.Tokens))
        {
            Assert.Equal(a.HasLogProb, b.HasLogProb);
            Assert.Equal(a.LogProb, b.LogProb, LogProbTolerance);
            Assert.Equal(a.Top.Select(t => t.Id), b.Top.Select(t => t.Id));
        }
    }
}
