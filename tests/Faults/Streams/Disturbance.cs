using VisionCluster.Contracts.V1;
using VisionCluster.Faults.Tests.Processes;

namespace VisionCluster.Faults.Tests.Streams;

/// <summary>Runs the workload, does something terrible in the middle, and compares every stream with its twin.</summary>
internal static class Disturbance
{
    private const int MidAnswer = 30; // tokens that every stream has when it happens

    /// <param name="cluster">Complete.</param>
    /// <param name="disturb">Gets what happens to running streams done; they have hundreds of tokens to go.</param>
    /// <param name="mayResume">Whether losing the gateway is part of the scenario.</param>
    public static Task<StreamResult[]> RunAsync(FaultCluster cluster, Func<Task> disturb, bool mayResume = false) =>
        RunAsync(cluster, _ => disturb(), mayResume);

    /// <param name="cluster">Complete.</param>
    /// <param name="disturb">As above; is told which silo runs most of the streams.</param>
    /// <param name="mayResume">As above.</param>
    /// <param name="change">What is different about the requests; not their answers.</param>
    public static async Task<StreamResult[]> RunAsync(
        FaultCluster cluster, Func<ServerProcess, Task> disturb, bool mayResume = false, Action<GenerateRequest>? change = null)
    {
        await cluster.RepairAsync();
        var twins = await Twins.GetAsync(cluster);
        var runs = twins.Requests.Select((request, i) => StreamRun.Start(cluster, Changed(request), i, mayResume)).ToArray();
        try
        {
            await Task.WhenAll(runs.Select(run => run.ReachedAsync(MidAnswer))).Within($"every stream has {MidAnswer} tokens");
            var busiest = runs.GroupBy(run => run.Silo).MaxBy(group => group.Count())!.Key;
            await disturb(cluster.Silos.Single(silo => silo.Name == busiest));
            var results = await Task.WhenAll(runs.Select(run => run.Done)).Within("every stream ends");
            for (var i = 0; i < results.Length; i++)
                twins.AssertEqual(i, results[i]);
            return results;
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{e.Message}\n{cluster.LastLines()}", e);
        }

        GenerateRequest Changed(GenerateRequest request)
        {
            var changed = request.Clone();
            change?.Invoke(changed);
            return changed;
        }
    }

    /// <summary>The pauses that clients saw, for people.</summary>
    public static void Print(string scenario, IEnumerable<StreamResult> results)
    {
        var pauses = results.Select(r => r.LongestPause.TotalMilliseconds).Order().ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"{scenario}: {pauses.Length} streams, longest pause of each: p50 {At(0.5):0} ms, p90 {At(0.9):0} ms, p99 {At(0.99):0} ms, max {pauses[^1]:0} ms"));

        double At(double share) => pauses[Math.Min(pauses.Length - 1, (int)(share * pauses.Length))];
    }
}
