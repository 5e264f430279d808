using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests;

public sealed class ServingPolicyTests
{
    [Fact]
    public void Choose_NobodyHasChosen_TheOneThatCameLastServes()
    {
        Assert.Equal("new", Serving(null, On("a", "old", 1), On("b", "old", 1), On("a", "new", 5)));

        // A silo that restarts with what its command line says does not bring the old one back.
        Assert.Equal("new", Serving(null, On("a", "old", 1), On("b", "old", 9), On("a", "new", 5)));
    }

    [Fact]
    public void Choose_HeldOnes_ServeOnlyWhereThereIsNoOther()
    {
        Assert.Equal("old", Serving(null, On("a", "old", 1), On("a", "new", 5, held: true)));
        Assert.Equal("new", Serving("new", On("a", "old", 1), On("a", "new", 5, held: true)));
        Assert.Equal("new", Serving(null, On("a", "new", 5, held: true)));
    }

    [Fact]
    public void Choose_AChoice_HoldsAsLongAsItIsServed()
    {
        Assert.Equal("old", Serving("old", On("a", "old", 1), On("a", "new", 5), On("b", "new", 6)));
        Assert.Equal("new", Serving("gone", On("a", "old", 1), On("a", "new", 5)));
    }

    [Fact]
    public void From_WhatIsBeingUnloaded_DoesNotServe()
    {
        var (silo, report) = On("a", "new", 5);
        var models = ClusterModels.From(View(On("a", "old", 1), (silo, report with { Retiring = true })), _ => "new");

        Assert.Equal("old", models.Find("m")!.Revision);
        Assert.Null(models.Find("m", "new"));
    }

    private static string Serving(string? chosen, params (string, ModelReport)[] placements) =>
        ClusterModels.From(View(placements), _ => chosen).Find("m")!.Revision;

    private static DirectoryView View(params (string Silo, ModelReport Report)[] placements) =>
        new([.. placements.GroupBy(p => p.Silo).Select(g => new SiloReport(g.Key, g.Key, false, [.. g.Select(p => p.Report)]))]);

    private static (string Silo, ModelReport Report) On(string silo, string revision, int loadedAt, bool held = false) => (silo, new ModelReport
    {
        Name = "m",
        Revision = revision,
        ProcessorDigest = "",
        Family = "f",
        Tasks = [],
        ContextTokens = 1,
        Precision = "fp32",
        Device = "cpu:0",
        Held = held,
        LoadedAt = DateTimeOffset.UnixEpoch.AddMinutes(loadedAt),
    });
}
