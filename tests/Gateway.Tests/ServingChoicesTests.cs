using VisionCluster.Contracts.Grains;
using VisionCluster.Shared;

namespace VisionCluster.Gateway.Tests;

public sealed class ServingChoicesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    [Fact]
    public void Merge_InAnyOrder_EndsAlike()
    {
        ServingChoice[] choices = [new("m", "a", 1), new("m", "b", 3), new("m", "c", 2), new("m", "d", 3), new("n", "", 1)];
        var (forth, back) = (new ServingChoices(), new ServingChoices());

        Assert.True(forth.Merge(choices));
        foreach (var choice in choices.Reverse())
            back.Merge(choice);

        Assert.Equal("d", forth.RevisionOf("m"));
        Assert.Equal(forth.All, back.All);
        Assert.Null(forth.RevisionOf("n"));
        Assert.False(forth.Merge(choices));
    }

    [Fact]
    public void Next_CountsMoreThanWhatIsKnown_WhateverTheClockSays()
    {
        var choices = new ServingChoices();
        choices.Merge(new ServingChoice("m", "a", Now.UtcTicks + 1_000_000));

        Assert.True(choices.Merge(choices.Next("m", "b", Now)));

        Assert.Equal("b", choices.RevisionOf("m"));
    }

    [Fact]
    public void Merge_ManyModels_DropsTheOldest()
    {
        var choices = new ServingChoices();
        for (var i = 0; i <= ServingChoices.MaxModels; i++)
            choices.Merge(new ServingChoice($"m{i}", "r", i));

        Assert.Equal(ServingChoices.MaxModels, choices.All.Length);
        Assert.Null(choices.RevisionOf("m0"));
    }
}
