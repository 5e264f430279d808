using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class FairShareTests
{
    private readonly FairShare _shares = new(maxTenants: 3);

    [Fact]
    public void Charge_TwiceTheWeight_CountsHalf()
    {
        var (light, heavy) = (Request("light", 1), Request("heavy", 2));
        _shares.Enter("light");
        _shares.Enter("heavy");

        _shares.ChargePrompt(light, 10);
        _shares.ChargePrompt(heavy, 10);
        _shares.ChargeOutput(heavy, 5);

        Assert.Equal((10, 10), (_shares.Served("light"), _shares.Served("heavy")));
    }

    [Fact]
    public void Enter_AfterAPause_StartsWithTheLeastServedOfThosePresent()
    {
        _shares.Enter("busy");
        _shares.Enter("busier");
        _shares.ChargePrompt(Request("busy"), 100);
        _shares.ChargePrompt(Request("busier"), 300);

        _shares.Enter("new");

        Assert.Equal(100, _shares.Served("new"));
    }

    [Fact]
    public void Enter_AfterEverybodyHasGone_GivesTheNewcomerNoCreditOverWhoReturns()
    {
        _shares.Enter("first");
        _shares.ChargePrompt(Request("first"), 500);
        _shares.Leave("first");

        _shares.Enter("second");
        _shares.Enter("first");

        Assert.Equal((500, 500), (_shares.Served("first"), _shares.Served("second")));
    }

    [Fact]
    public void Enter_MoreTenantsThanRemembered_ForgetsThoseWhoAreAway()
    {
        foreach (var tenant in new[] { "a", "b", "c" })
        {
            _shares.Enter(tenant);
            _shares.ChargePrompt(Request(tenant), 50);
        }
        _shares.Leave("b");

        _shares.Enter("d");

        Assert.Equal((50, 0, 50), (_shares.Served("a"), _shares.Served("b"), _shares.Served("d")));
    }

    private static GenerationRequest Request(string tenant, double weight = 1) =>
        Engines.Request([1], 1) with { Tenant = tenant, TenantWeight = weight };
}
