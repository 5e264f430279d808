using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests;

public sealed class DeadSilosTests
{
    private readonly DeadSilos _dead = new();

    [Fact]
    public void Without_AViewOlderThanADeath_LacksTheSilo()
    {
        var view = new DirectoryView([Report("a"), Report("b"), Report("c")]) { Members = ["a", "b", "c", "d"] };
        Assert.Same(view, _dead.Without(view));

        Assert.True(_dead.TryAdd("b"));
        Assert.False(_dead.TryAdd("b")); // each of the others says so
        Assert.True(_dead.TryAdd("d"));

        Assert.Equal(["a", "c"], _dead.Without(view).Members);
        Assert.Equal(["a", "c"], _dead.Without(view).Silos.Select(silo => silo.Address));
    }

    [Fact]
    public void TryAdd_ManyDeaths_ForgetsTheOldest()
    {
        for (var i = 0; i < 100; i++)
            Assert.True(_dead.TryAdd($"s{i}"));

        var left = _dead.Without(new DirectoryView([]) { Members = [.. Enumerable.Range(0, 100).Select(i => $"s{i}")] });

        Assert.Equal(Enumerable.Range(0, 36).Select(i => $"s{i}"), left.Members);
    }

    private static SiloReport Report(string address) => new(address, address, false, []);
}
