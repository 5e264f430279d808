using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class KvBudgetTests
{
    [Fact]
    public void TryGrow_CountsWholePages()
    {
        var budget = new KvBudget(slots: 2, capacity: 40, pageTokens: 16, budgetTokens: 64);

        Assert.True(budget.TryGrow(0, 17));
        Assert.True(budget.TryGrow(1, 32));
        Assert.Equal(64, budget.Resident);
        Assert.True(budget.TryGrow(0, 32)); // its page has room
        Assert.False(budget.TryGrow(0, 33));
    }

    [Fact]
    public void Trim_MakesRoomForOthers()
    {
        var budget = new KvBudget(slots: 2, capacity: 40, pageTokens: 16, budgetTokens: 64);
        budget.Grow(0, 40);

        budget.Trim(0, 3);

        Assert.Equal((16, 16), (budget.Of(0), budget.Resident));
        Assert.True(budget.TryGrow(1, 40));
    }

    [Fact]
    public void Budget_LessThanAContext_HoldsOne()
    {
        var budget = new KvBudget(slots: 3, capacity: 40, pageTokens: 16, budgetTokens: 1);

        Assert.True(budget.TryGrow(2, 40));
        Assert.False(budget.TryGrow(1, 1));
    }

    [Fact]
    public void Pool_PaidForWhole_IsNeverFull()
    {
        var budget = new KvBudget(slots: 2, capacity: 40, pageTokens: 0, budgetTokens: 10);

        Assert.False(budget.IsLimited);
        Assert.True(budget.TryGrow(0, 40) && budget.TryGrow(1, 40));
        Assert.Equal(0, budget.Resident);
    }
}
