using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Routing;
using static VisionCluster.Gateway.Tests.Placement.Prompts;

namespace VisionCluster.Gateway.Tests.Placement;

public sealed class DevicePickerTests
{
    private const int Rounds = 20; // the first of equals is chosen at random

    private readonly PrefixMap _map = new(maxEntries: 10_000);
    private readonly DevicePicker _picker;

    public DevicePickerTests() => _picker = new DevicePicker(_map, new RoutingOptions());

    [Fact]
    public void Choose_EqualDevices_PrefersTheOneThatHoldsTheBeginning()
    {
        for (var i = 0; i < Rounds; i++)
        {
            var tenant = $"t{i}";
            var holder = _picker.Choose(Model(Device(), Device(), Device(), Device()), Ask("What is this?", tenant));
            Assert.Equal(ChoiceReason.Home, holder.Reason);

            var next = _picker.Choose(Model(Device(), Device(), Device(), Device()), Ask("And that?", tenant)); // newer reports

            Assert.Equal((holder.Device.Id, ChoiceReason.Prefix), (next.Device.Id, next.Reason));
            Assert.InRange(next.HeldTokens, 2_000, 2_010);
        }
    }

    [Fact]
    public void Choose_HolderIsMuchFuller_GoesByLoad()
    {
        var holder = _picker.Choose(Model(Device()), Ask("What is this?"));

        var next = _picker.Choose(Model(Device(running: 12), Device()), Ask("And that?"));

        Assert.Equal("silo-0", holder.Device.SiloName);
        Assert.Equal(("silo-1", ChoiceReason.Busy), (next.Device.SiloName, next.Reason));
    }

    [Fact]
    public void Choose_AllFullAlike_PrefersTheHolder()
    {
        _picker.Choose(Model(Device()), Ask("What is this?"));

        var next = _picker.Choose(Model(Device(running: 16, waiting: 2), Device(running: 16, waiting: 2)), Ask("And that?"));

        Assert.Equal(("silo-0", ChoiceReason.Prefix), (next.Device.SiloName, next.Reason));
    }

    [Fact]
    public void Choose_HolderHasMoreToPrefillThanItSaves_GoesByLoad()
    {
        _picker.Choose(Model(Device()), Ask("What is this?"));
        var queued = new QueuedLoad("u", 1, 0, 1, PromptTokens: 5_000, OutputTokens: 0, Patches: 0);

        var urgent = _picker.Choose(Model(Device(waiting: 1, queue: queued), Device()), Ask("And this?"), priority: 1);
        var next = _picker.Choose(Model(Device(waiting: 1, queue: queued), Device()), Ask("And that?"));

        Assert.Equal("silo-0", urgent.Device.SiloName); // it goes first there
        Assert.Equal("silo-1", next.Device.SiloName);
    }

    [Fact]
    public void Choose_ShortBeginning_IsNotWorthABusierDevice()
    {
        var model = Model(Device());
        _picker.Choose(model, Of("t", SystemSays("Be brief, and answer in the language of the question, please."), User("Hi")));

        var next = _picker.Choose(
            Model(Device(running: 6), Device()), Of("t", SystemSays("Be brief, and answer in the language of the question, please."), User("Bye")));

        Assert.Equal("silo-1", next.Device.SiloName);
    }

    [Fact]
    public void Choose_ManyWithOneBeginningBetweenReports_SpreadOnceTheHolderIsBusy()
    {
        var model = Model([.. Enumerable.Range(0, 4).Select(_ => Device())]);

        var chosen = Enumerable.Range(0, 64).Select(i => _picker.Choose(model, Ask($"Question {i}"))).ToList();

        var first = chosen[0].Device.Id;
        Assert.All(chosen.Take(4), choice => Assert.Equal(first, choice.Device.Id));
        Assert.Equal(4, chosen.Select(choice => choice.Device.Id).Distinct().Count());
        Assert.InRange(chosen.Count(choice => choice.Device.Id == first), 12, 24); // half the slots ahead of the emptiest at most
    }

    [Fact]
    public void Choose_UnequalSpeeds_SharesByThem()
    {
        var model = Model(Device(speed: 3), Device(speed: 1));

        var chosen = Enumerable.Range(0, 80).Select(i => _picker.Choose(model, Of("t", User($"Question {i}"))).Device.SiloName).ToList();

        Assert.InRange(chosen.Count(silo => silo == "silo-0"), 54, 66); // three quarters are 60
    }

    [Fact]
    public void Choose_SlowDeviceWithoutWork_LeavesAnIdleFastOneItsWork()
    {
        for (var i = 0; i < Rounds; i++)
            Assert.Equal("silo-0", _picker.Choose(Model(Device(speed: 4), Device()), Of("t", User(LongText + i))).Device.SiloName);
    }

    [Fact]
    public void Choose_NewDeviceAmongBusyOnes_TakesWorkAtOnce()
    {
        var model = Model(Device(running: 8, speed: 2), Device(running: 8), Device(speed: 0)); // it has measured nothing

        var chosen = Enumerable.Range(0, 6).Select(i => _picker.Choose(model, Of("t", User($"Question {i}"))).Device.SiloName).ToList();

        Assert.All(chosen, silo => Assert.Equal("silo-2", silo));
    }

    [Fact]
    public void Choose_NobodyHasMeasured_TakesTurns()
    {
        var model = Model(Device(speed: 0), Device(speed: 0));

        var chosen = Enumerable.Range(0, 10).Select(i => _picker.Choose(model, Of("t", User($"Question {i}"))).Device.SiloName).ToList();

        Assert.Equal(5, chosen.Count(silo => silo == "silo-0"));
    }

    [Fact]
    public void Choose_OtherTenantWithTheSamePrompt_IsNotPreferred()
    {
        _picker.Choose(Model(Device()), Ask("What is this?"));

        var next = _picker.Choose(Model(Device(running: 1), Device()), Ask("What is this?", tenant: "u"));

        Assert.Equal(("silo-1", 0), (next.Device.SiloName, next.HeldTokens));
        Assert.NotEqual(ChoiceReason.Busy, next.Reason);
    }

    [Fact]
    public void Choose_ColdPicture_GoesToItsEncoder_FromEveryGateway()
    {
        var model = Model([.. Enumerable.Range(0, 8).Select(_ => Device())]);
        for (var i = 0; i < Rounds; i++)
        {
            var gateway = new DevicePicker(new PrefixMap(100), new RoutingOptions());

            var choice = gateway.Choose(model, Of("t", Picture($"picture-{i}", "What is this?")));

            Assert.Equal((model.EncoderFor($"picture-{i}"), ChoiceReason.Home), (choice.Device, choice.Reason));
        }
    }

    [Fact]
    public void Choose_ColdLongText_GoesToOneDeviceFromEveryGateway_OthersElsewhere()
    {
        var model = Model([.. Enumerable.Range(0, 8).Select(_ => Device())]);
        var homes = Enumerable.Range(0, 40).Select(tenant => Enumerable.Range(0, 3)
            .Select(gateway => new DevicePicker(new PrefixMap(100), new RoutingOptions()).Choose(model, Ask($"Question {gateway}", $"t{tenant}")).Device.Id)
            .Distinct()
            .Single());

        Assert.True(homes.Distinct().Count() >= 6, "Forty tenants have homes on most of eight devices.");
    }

    [Fact]
    public void Choose_EncoderOfThePictureIsBusy_GoesByLoad()
    {
        var owner = Model(Device(), Device()).EncoderFor("picture").SiloName;
        var model = owner == "silo-0" ? Model(Device(running: 8), Device()) : Model(Device(), Device(running: 8));

        var choice = _picker.Choose(model, Of("t", Picture("picture", "What is this?")));

        Assert.NotEqual(owner, choice.Device.SiloName);
        Assert.Equal(ChoiceReason.Load, choice.Reason);
    }

    [Fact]
    public void Choose_HolderToAvoid_IsAvoided_UnlessItIsTheOnlyOne()
    {
        _picker.Choose(Model(Device()), Ask("What is this?"));

        Assert.Equal("silo-1", _picker.Choose(Model(Device(), Device(running: 15)), Ask("And that?"), avoid: "address-0").Device.SiloName);
        Assert.Equal("silo-0", _picker.Choose(Model(Device()), Ask("And that?"), avoid: "address-0").Device.SiloName);
    }

    [Fact]
    public void Choose_HolderWasLost_IsForgotten()
    {
        _picker.Choose(Model(Device()), Ask("What is this?"));
        _map.Forget("address-0");

        var next = _picker.Choose(Model(Device(running: 1), Device()), Ask("And that?"));

        Assert.Equal(("silo-1", 0), (next.Device.SiloName, next.HeldTokens));
        Assert.NotEqual(ChoiceReason.Busy, next.Reason);
    }

    [Fact]
    public void Started_SessionIsElsewhere_IsKnownThereFromNowOn()
    {
        var turn = Of("t", "s", User(LongText));
        var choice = _picker.Choose(Model(Device(), Device(running: 12)), turn);

        Assert.Equal(ChoiceReason.Session, _picker.Started(choice, "address-1", "cpu:0"));
        Assert.Equal(0, _picker.Accepted(choice, "address-1", "cpu:0", new GenerationAccepted(2_500, 0, 0)));

        var next = _picker.Choose(Model(Device(), Device(running: 4)), Of("t", "s", User("And that?")));
        Assert.Equal(("silo-1", ChoiceReason.Session), (next.Device.SiloName, next.Reason));
        Assert.Equal(2_500, next.HeldTokens);
    }

    [Fact]
    public void Started_SessionIsElsewhere_CountsThere()
    {
        var model = Model(Device(), Device());
        var turn = Of("t", "s", User("Hi"));
        var choice = _picker.Choose(model, turn);
        var other = model.Devices.Single(device => device != choice.Device);

        _picker.Started(choice, other.SiloAddress, "cpu:0");

        Assert.Equal(choice.Device, _picker.Choose(model, Of("t", User("Bye"))).Device);
    }

    [Fact]
    public void Accepted_TokenizerMakesMoreTokens_IsLearntForTheModel()
    {
        var model = Model(Device());
        for (var i = 0; i < 60; i++)
        {
            var choice = _picker.Choose(model, _picker.Prompt(model, "t", "", [User(LongText + i)]));
            _picker.Accepted(choice, "address-0", "cpu:0", new GenerationAccepted(8_000, 0, 0));
            var later = _picker.Choose(model, _picker.Prompt(model, "t", "s", [User("Hi")]));
            _picker.Accepted(later, "address-0", "cpu:0", new GenerationAccepted(8_000, 0, 7_900)); // another gateway's session
        }

        Assert.InRange(_picker.Prompt(model, "t", "", [User(LongText)]).Tokens, 7_800, 8_200);
        var other = model with { Description = model.Description with { Revision = "other" } };
        Assert.InRange(_picker.Prompt(other, "t", "", [User(LongText)]).Tokens, 2_000, 2_010);
    }

    [Fact]
    public void Ended_BeforeTheNextReport_CountsNoMore()
    {
        var model = Model(Device(), Device());
        for (var i = 0; i < Rounds; i++)
        {
            var choice = _picker.Choose(model, Ask("What is this?"));
            _picker.Ended(choice, choice.Device.SiloAddress, "cpu:0");
        }

        var chosen = Enumerable.Range(0, 2).Select(i => _picker.Choose(model, Of("t", User(i + LongText))).Device.Id);
        Assert.Equal(2, chosen.Distinct().Count()); // none is ahead
    }

    [Fact]
    public void Accepted_DeviceThatKeepsNothing_IsPreferredNoMore()
    {
        for (var i = 0; i < 40; i++)
        {
            var choice = _picker.Choose(Model(Device(), Device()), Ask($"Question {i}"));
            _picker.Accepted(choice, choice.Device.SiloAddress, "cpu:0", new GenerationAccepted(2_050, 0, 0));
        }

        var next = _picker.Choose(Model(Device(running: 3), Device(running: 3)), Ask("And that?"));
        Assert.InRange(next.HeldTokens, 0, 300); // of 2,000 that it was sent
    }

    [Fact]
    public void Choose_PrefixesOff_GoesByLoad()
    {
        var picker = new DevicePicker(new PrefixMap(0), new RoutingOptions { PrefixEntries = 0 });
        picker.Choose(Model(Device()), Ask("What is this?"));

        Assert.Equal("silo-1", picker.Choose(Model(Device(running: 1), Device()), Ask("And that?")).Device.SiloName);
        Assert.All(
            Enumerable.Range(0, Rounds).Select(i => picker.Choose(Model(Device(), Device()), Ask("And that?", tenant: $"t{i}"))),
            choice => Assert.Equal(ChoiceReason.Load, choice.Reason));
    }
}
