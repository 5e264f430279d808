using VisionCluster.Gateway.Generation;

namespace VisionCluster.Gateway.Tests;

public sealed class DeathCountTests
{
    private static readonly CancellationToken Dead = new(canceled: true);

    [Fact]
    public void TwoDeathsInARow_ArePoison()
    {
        var deaths = new DeathCount(0);
        deaths.Add(100, "silo 1", Dead);
        Assert.False(deaths.IsPoison);
        deaths.Add(103, "silo 2", Dead);
        Assert.True(deaths.IsPoison);
    }

    [Fact]
    public void DeathAfterProgress_StartsTheCountAnew()
    {
        var deaths = new DeathCount(0);
        deaths.Add(100, "silo 3", Dead);
        deaths.Add(500, "silo 4", Dead);
        Assert.Equal((1, false), (deaths.InARow, deaths.IsPoison));
    }

    [Fact]
    public void DeathsUnderAnotherGateway_Count()
    {
        var deaths = new DeathCount(1);
        deaths.Add(3, "silo 5", Dead);
        Assert.True(deaths.IsPoison);
    }

    [Fact]
    public void SiloThatLivesAndForgot_IsNoDeath_UntilItIsKnownToBeDead()
    {
        using var silo = new CancellationTokenSource();
        var deaths = new DeathCount(0);
        deaths.Add(100, "a", silo.Token);
        deaths.Add(100, "silo 6", Dead);
        Assert.Equal((1, false), (deaths.InARow, deaths.IsPoison));

        silo.Cancel();

        Assert.Equal((2, true), (deaths.InARow, deaths.IsPoison));
    }

    [Fact]
    public void SiloThatNobodyKnows_CountsAsDead()
    {
        var deaths = new DeathCount(1);
        deaths.Add(3, "a", CancellationToken.None);
        Assert.True(deaths.IsPoison);
    }

    [Fact]
    public void ForgottenAgainAndAgain_IsGivenUp()
    {
        using var silo = new CancellationTokenSource();
        var deaths = new DeathCount(0);
        for (var i = 0; i < 7; i++)
            deaths.Add(i * 100, "a", silo.Token);
        Assert.False(deaths.IsPoison);
        deaths.Add(800, "a", silo.Token);
        Assert.True(deaths.IsPoison);
    }

    [Fact]
    public void SameSilo_DiesOnce()
    {
        var deaths = new DeathCount(0);
        deaths.Add(100, "a", Dead);
        deaths.Add(100, "a", CancellationToken.None); // a stalled one goes on, and answers before it learns of its eviction
        deaths.AddFailure(100, "a"); // and then ends, and with it what it began
        Assert.False(deaths.IsPoison);
        deaths.Add(100, "b", Dead);
        Assert.True(deaths.IsPoison);
    }

    [Fact]
    public void DeviceThatFailsAgain_Counts()
    {
        var deaths = new DeathCount(0);
        deaths.AddFailure(100, "a");
        deaths.AddFailure(100, "a");
        Assert.True(deaths.IsPoison);
    }
}
