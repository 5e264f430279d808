using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Directory;

namespace VisionCluster.Grains.Tests;

public sealed class DeviceDirectoryGrainTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task GetView_SilentSilo_IsForgotten()
    {
        var grain = new DeviceDirectoryGrain(Options.Create(new DirectoryOptions()), _time);
        await grain.Report(Silo("a"));
        _time.Advance(TimeSpan.FromSeconds(4));
        await grain.Report(Silo("b"));

        Assert.Equal(["a", "b"], (await grain.GetView()).Silos.Select(s => s.Name));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(["b"], (await grain.GetView()).Silos.Select(s => s.Name));
    }

    [Fact]
    public async Task Report_SameSilo_Replaces()
    {
        var grain = new DeviceDirectoryGrain(Options.Create(new DirectoryOptions()), _time);
        await grain.Report(Silo("a"));
        await grain.Report(Silo("a") with { Draining = true });

        Assert.True(Assert.Single((await grain.GetView()).Silos).Draining);
    }

    private static SiloReport Silo(string name) => new(name, $"127.0.0.1:1@{name.Length}", false, []);
}
