using VisionCluster.Inference.Inspection;

namespace VisionCluster.Inference.Tests.Inspection;

public sealed class PatchShuffleTests
{
    [Fact]
    public void Permutation_OfOneSeed_IsOneOrderOfAllPatches()
    {
        var order = PatchShuffle.Permutation(64, 7, 0);

        Assert.Equal(order, PatchShuffle.Permutation(64, 7, 0));
        Assert.NotEqual(order, PatchShuffle.Permutation(64, 8, 0));
        Assert.NotEqual(order, PatchShuffle.Permutation(64, 7, 1));
        Assert.Equal(Enumerable.Range(0, 64), order.Order());
    }

    [Fact]
    public void Move_TwoPlanes_MovesWholePatchesAndKeepsTheRest()
    {
        // Two planes of 3 × 5; patches of 2 × 2 leave the last row and column over.
        int[] values = [.. Enumerable.Range(0, 30)];

        var moved = PatchShuffle.Move<int>(values, 2, 3, 5, 2, 2, [1, 0]);

        Assert.Equal([2, 3, 0, 1, 4, 7, 8, 5, 6, 9, 10, 11, 12, 13, 14, 17, 18, 15, 16, 19, 22, 23, 20, 21, 24, 25, 26, 27, 28, 29], moved);
    }
}
