using VisionCluster.Shared;

namespace VisionCluster.Gateway.Tests.Admission;

public sealed class TenantPlacesTests
{
    [Fact]
    public void TryTake_OneTenantFloods_LeavesRoomForTheOther()
    {
        var places = new TenantPlaces(80);

        Assert.Equal(70, Fill(places, "flood"));
        Assert.Equal(10, Fill(places, "late"));
        Assert.False(places.TryTake("third", 1));
    }

    [Fact]
    public void TryTake_AfterReleases_GivesRoomToWhoIsBelowItsShare()
    {
        var places = new TenantPlaces(80);
        Fill(places, "flood");
        Fill(places, "late");

        places.Release("flood");

        Assert.False(places.TryTake("flood", 1));
        Assert.True(places.TryTake("late", 1));
    }

    [Fact]
    public void TryTake_OnlyOneTenantPossible_MayHaveAll() => Assert.Equal(80, Fill(new TenantPlaces(80, isShared: false), "only"));

    [Fact]
    public void Release_All_LeavesNothingBehind()
    {
        var places = new TenantPlaces(16);
        for (var round = 0; round < 3; round++)
        {
            var taken = Fill(places, "a");
            Assert.Equal(14, taken);
            for (var i = 0; i < taken; i++)
                places.Release("a");
            Assert.Equal(0, places.Taken);
        }
    }

    private static int Fill(TenantPlaces places, string tenant)
    {
        var taken = 0;
        while (places.TryTake(tenant, 1))
            taken++;
        return taken;
    }
}
