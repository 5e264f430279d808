using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Directory;

namespace VisionCluster.Grains.Tests;

public sealed class DeviceDirectoryGrainTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly HashSet<string> _members = [Silo("a").Address, Silo("bb").Address];

    [Fact]
    public async Task GetView_SilentSilo_IsForgotten()
    {
        var grain = Create();
        await grain.Report(Silo("a"));
        _time.Advance(TimeSpan.FromSeconds(4));
        await grain.Report(Silo("bb"));

        Assert.Equal(["a", "bb"], (await grain.GetView()).Silos.Select(s => s.Name));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(["bb"], (await grain.GetView()).Silos.Select(s => s.Name));
    }

    [Fact]
    public async Task Report_SameSilo_Replaces()
    {
        var grain = Create();
        await grain.Report(Silo("a"));
        await grain.Report(Silo("a") with { Draining = true });

        Assert.True(Assert.Single((await grain.GetView()).Silos).Draining);
    }

    [Fact]
    public async Task GetView_SiloThatIsNoMember_IsForgottenAtOnce()
    {
        var grain = Create();
        await grain.Report(Silo("a"));
        await grain.Report(Silo("bb"));
        _members.Remove(Silo("a").Address);

        var view = await grain.GetView();
        Assert.Equal("bb", Assert.Single(view.Silos).Name);
        Assert.DoesNotContain(Silo("a").Address, view.Members);
    }

    [Fact]
    public async Task GetView_NewDirectory_SaysThatReportsMayBeMissing()
    {
        var grain = Create();
        Assert.False((await grain.GetView()).IsComplete);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.True((await grain.GetView()).IsComplete);
    }

    private DeviceDirectoryGrain Create() => new(Options.Create(new DirectoryOptions()), new Members(_members), _time);

    private static SiloReport Silo(string name) => new(name, $"127.0.0.1:1@{name.Length}", false, []);

    private sealed class Members(HashSet<string> addresses) : ILiveSilos
    {
        public IReadOnlySet<string> Addresses => addresses;
    }
}
