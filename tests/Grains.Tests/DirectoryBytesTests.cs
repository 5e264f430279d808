using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Directory;

namespace VisionCluster.Grains.Tests;

/// <summary>What the directory sends each gateway twice a second.</summary>
public sealed class DirectoryBytesTests : IDisposable
{
    private const int Silos = 32;
    private const int Devices = 8;
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    [Fact]
    public async Task GetView_ManyDevicesOfAModel_DescribesTheModelOnce()
    {
        var serializer = _services.GetRequiredService<Serializer>();
        var reports = Enumerable.Range(0, Silos).Select(Silo).ToArray();
        var grain = new DeviceDirectoryGrain(
            Options.Create(new DirectoryOptions()), new Members(reports.Select(r => r.Address).ToHashSet()), TimeProvider.System);
        foreach (var report in reports)
            await grain.Report(serializer.Deserialize<SiloReport>(serializer.SerializeToArray(report))!);

        var sent = serializer.SerializeToArray(await grain.GetView());
        var received = serializer.Deserialize<DirectoryView>(sent)!;

        Assert.InRange(sent.Length / (Silos * Devices), 1, 140);
        Assert.All(reports, r => Assert.True(serializer.SerializeToArray(r).Length / Devices > 200, "A report alone has all its texts."));
        Assert.Equal(reports.SelectMany(Texts).Order(), received.Silos.SelectMany(Texts).Order());
        Assert.Equal(reports.Select(r => r.Address).Order(), received.Members.Order());
    }

    public void Dispose() => _services.Dispose();

    private static IEnumerable<string> Texts(SiloReport silo) => silo.Models.Select(m =>
        string.Join('|', [silo.Name, silo.Address, silo.Gateway, m.Name, m.Revision, m.ProcessorDigest, m.Family, m.Precision, m.Device, .. m.Tasks, $"{m.Running}"]));

    private static SiloReport Silo(int number)
    {
        var models = Enumerable.Range(0, Devices).Select(device => new ModelReport
        {
            Name = "some-vlm",
            Revision = new string('a', 64),
            ProcessorDigest = new string('b', 64),
            Family = "idefics3",
            Tasks = ["generate", "inspect"],
            ContextTokens = 4_096,
            Precision = "bf16",
            Device = $"cuda:{device}",
            KvSlots = 64,
            Running = (number * Devices) + device,
            Load = new DeviceLoad { SlotsOpen = device, DecodeTokensPerSecond = 5_000.5 + device, PrefillTokensPerSecond = 30_000.25 },
        });
        return new SiloReport($"silo-{number}", $"10.0.0.{number}:11111@{number}", false, [.. models]) { Gateway = $"10.0.0.{number}:30000@{number}" };
    }

    private sealed class Members(IReadOnlySet<string> addresses) : ILiveSilos
    {
        public IReadOnlySet<string> Addresses => addresses;
    }
}
