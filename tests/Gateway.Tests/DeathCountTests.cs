using VisionCluster.Gateway.Generation;

namespace VisionCluster.Gateway.Tests;

public sealed class DeathCountTests
{
    [Fact]
    public void TwoDeathsInARow_ArePoison()
    {
        var deaths = new DeathCount(0);
        deaths.Add(100);
        Assert.False(deaths.IsPoison);
        deaths.Add(103);
        Assert.True(deaths.IsPoison);
    }

    [Fact]
    public void DeathAfterProgress_StartsTheCountAnew()
    {
        var deaths = new DeathCount(0);
        deaths.Add(100);
        deaths.Add(500);
        Assert.Equal((1, false), (deaths.InARow, deaths.IsPoison));
    }

    [Fact]
    public void DeathsUnderAnotherGateway_Count()
    {
        var deaths = new DeathCount(1);
        deaths.Add(3);
        Assert.True(deaths.IsPoison);
    }
}
