using FsCheck.Xunit;
using VisionCluster.Inference.Onnx;

namespace VisionCluster.Inference.Tests.Onnx;

public sealed class CudaGraphPlanTests
{
    /// <summary>Every step has a graph that takes it; rows are less than doubled, and graphs are few, each with a name of its own.</summary>
    [Property(MaxTest = 300)]
    public void Buckets_OfAnyPool_TakeEveryStep(int seed)
    {
        var random = new Random(seed);
        var (slots, capacity) = (1 + random.Next(random.Next(2) == 0 ? 8 : 2_000), 2 + random.Next(random.Next(2) == 0 ? 100 : 200_000));
        var plan = new CudaGraphPlan(slots, capacity);
        var shapes = new Dictionary<int, (int Rows, int Tokens)>();

        for (var step = 0; step < 300; step++)
        {
            var (rows, tokens) = (1 + random.Next(slots), 1 + random.Next(capacity));
            var bucket = plan.BucketOf(rows, tokens);

            Assert.InRange(bucket.Rows, rows, Math.Min(slots, (2 * rows) - 1));
            Assert.Equal(bucket.Rows, plan.RowsFor(rows));
            Assert.InRange(bucket.Tokens, tokens, capacity);
            Assert.InRange(bucket.Id, 1, plan.Count);
            Assert.Equal((bucket.Rows, bucket.Tokens), shapes.GetValueOrDefault(bucket.Id, (bucket.Rows, bucket.Tokens)));
            shapes[bucket.Id] = (bucket.Rows, bucket.Tokens);
            Assert.Equal(bucket, plan.BucketOf(bucket.Rows, bucket.Tokens));
        }

        Assert.Equal(shapes.Count, shapes.Values.Distinct().Count());
        Assert.InRange(plan.Count, 1, CudaGraphPlan.MaxGraphs);
    }

    [Theory]
    [InlineData(1, 100, 1, 512)]
    [InlineData(3, 512, 4, 512)]
    [InlineData(5, 513, 8, 1_024)]
    [InlineData(33, 4_097, 48, 6_000)]
    public void BucketOf_RoundsUp_ToPowersOfTwoAndAtLastToThePool(int rows, int tokens, int expectedRows, int expectedTokens)
    {
        var bucket = new CudaGraphPlan(slots: 48, capacity: 6_000).BucketOf(rows, tokens);

        Assert.Equal((expectedRows, expectedTokens), (bucket.Rows, bucket.Tokens));
    }

    [Fact]
    public void Plan_ManySlotsOfLongContexts_SharesGraphsAmongShortSequences()
    {
        var plan = new CudaGraphPlan(slots: 1_024, capacity: 131_072);

        Assert.InRange(plan.Count, CudaGraphPlan.MaxGraphs / 2, CudaGraphPlan.MaxGraphs);
        Assert.Equal(131_072, plan.BucketOf(1, 131_072).Tokens);
        Assert.True(plan.BucketOf(1, 2).Tokens > 512);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 65)]
    public void BucketOf_OutsideThePool_Throws(int rows, int tokens) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CudaGraphPlan(slots: 4, capacity: 64).BucketOf(rows, tokens));
}
