using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests;

public sealed class RoutingTests
{
    private const int Keys = 4_000;

    [Fact]
    public void EncoderFor_ManyKeys_SpreadOverAllDevicesAlike()
    {
        var model = Model(16);

        var shares = Owners(model).GroupBy(id => id).Select(owner => owner.Count()).ToList();

        Assert.Equal(16, shares.Count);
        Assert.All(shares, share => Assert.InRange(share, Keys / 16 * 0.7, Keys / 16 * 1.3));
    }

    [Fact]
    public void EncoderFor_DeviceLeaves_MovesItsShareAlone()
    {
        var (before, model) = (Owners(Model(16)), Model(16));

        var after = Owners(model with { Devices = [.. model.Devices.Skip(1)] });

        var gone = model.Devices[0].Id;
        Assert.All(before.Zip(after).Where(pair => pair.First != gone), pair => Assert.Equal(pair.First, pair.Second));
        Assert.DoesNotContain(gone, after);
    }

    [Fact]
    public void EncoderFor_SiloThatFailed_LeavesItsPicturesToAnother()
    {
        var model = Model(silos: 4, devices: 8);
        for (var key = 0; key < 100; key++)
        {
            var owner = model.EncoderFor(Key(key));
            var left = model with { Devices = [.. model.Devices.Where(d => d.SiloAddress != owner.SiloAddress)] };

            Assert.Equal(left.EncoderFor(Key(key)), model.EncoderFor(Key(key), owner.SiloAddress));
        }
    }

    [Fact]
    public void EncoderFor_EverySiloFailed_IsTheOwnerAgain()
    {
        var model = Model(1);

        Assert.Equal(model.Devices[0], model.EncoderFor("key", "address-0"));
    }

    [Fact]
    public void EncoderFor_OrderOfDevices_DoesNotMatter()
    {
        var model = Model(16);
        var reversed = model with { Devices = [.. model.Devices.Reverse()] };

        Assert.Equal(Owners(model), Owners(reversed));
    }

    [Fact]
    public void Choose_EqualDevices_TakeTurns()
    {
        var (picker, model) = (Picker(), Model(8));

        var chosen = Enumerable.Range(0, 80).Select(_ => picker.Choose(model).Id).ToList();

        Assert.All(chosen.GroupBy(id => id), device => Assert.Equal(10, device.Count()));
    }

    [Fact]
    public void Choose_GatewaysWithoutNews_DoNotMeetOnOneDevice()
    {
        var model = Model(64);

        var chosen = Enumerable.Range(0, 64).Select(_ => Picker().Choose(model).Id).ToList();

        Assert.True(chosen.GroupBy(id => id).Max(device => device.Count()) <= 16, "64 gateways chose among 64 equal devices.");
    }

    [Fact]
    public void Choose_SiloToAvoid_IsTakenOnlyWhereThereIsNoOther()
    {
        var (picker, model) = (Picker(), Model(2));

        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal("silo-1", picker.Choose(model, PromptPrefix.None, avoid: "address-0").Device.SiloName));
        Assert.Equal("silo-0", picker.Choose(Model(1), PromptPrefix.None, avoid: "address-0").Device.SiloName);
    }

    [Fact]
    public void SiloName_ByAddress_IsKnownWhileItServes()
    {
        var report = new SiloReport("a", "address-a", false, [Report()]);

        var models = ClusterModels.From(new DirectoryView([report]), _ => null);

        Assert.Equal(("a", ""), (models.SiloName("address-a"), models.SiloName("address-b")));
    }

    private static DevicePicker Picker() => new(new PrefixMap(100), new RoutingOptions());

    private static List<string> Owners(ServedModel model) => [.. Enumerable.Range(0, Keys).Select(key => model.EncoderFor(Key(key)).Id)];

    private static string Key(int number) => $"key-{number}";

    private static ServedModel Model(int silos, int devices = 1) => new(
        Report(),
        [.. Enumerable.Range(0, silos).SelectMany(i => Enumerable.Range(0, devices).Select(j => new ModelDevice($"silo-{i}", $"address-{i}", Report(j))))]);

    private static ModelReport Report(int device = 0) => new()
    {
        Name = "m",
        Revision = "r",
        ProcessorDigest = "p",
        Family = "f",
        Tasks = ["generate"],
        ContextTokens = 100,
        Precision = "fp32",
        Device = $"cpu:{device}",
        KvSlots = 8,
        KvSlotsFree = 8,
    };
}
