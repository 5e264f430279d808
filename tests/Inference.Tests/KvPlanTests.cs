namespace VisionCluster.Inference.Tests;

public sealed class KvPlanTests
{
    [Theory]
    [InlineData(true, 10_000, 64, 64, 1_000)] // what is held counts
    [InlineData(false, 10_000, 64, 10, 1_000)] // whole slots count
    [InlineData(true, 10, 64, 64, 100)] // one context always fits
    [InlineData(false, 10, 64, 1, 100)]
    [InlineData(true, 1_000_000, 4, 4, 400)] // no more than the slots hold
    public void Create_Bytes_BecomeSlotsAndTokens(bool paged, long bytes, int most, int slots, int tokens) => Assert.Equal(
        new KvPlan(slots, tokens),
        KvPlan.Create(new ModelHostOptions { KvBytes = bytes, MaxSlots = most }, bytesPerToken: 10, capacity: 100, paged));
}
