using VisionCluster.Inference.Encoding;

namespace VisionCluster.Inference.Tests.Encoding;

public sealed class EncoderQueueTests
{
    private readonly EncoderQueue _queue = new(maxImages: 64, maxBytes: long.MaxValue);

    [Fact]
    public void Take_OneTenantsManyImages_DoNotKeepAnothersWaiting()
    {
        for (var i = 0; i < 50; i++)
            Add("many");
        var late = Add("one");

        Assert.Contains(late, Take(4));
    }

    [Fact]
    public void Take_Weights_ShareByPatches()
    {
        for (var i = 0; i < 20; i++)
        {
            Add("light");
            Add("heavy", 3);
        }

        var taken = Take(16);

        Assert.Equal(4, taken.Count(job => job.Owner.Tenant == "light"));
    }

    [Fact]
    public void TryAdd_OneTenantFloods_KeepsPlacesForAnother()
    {
        var flood = 0;
        while (TryAdd("flood", 1) is not null)
            flood++;

        Assert.Equal(56, flood);
        Assert.NotNull(TryAdd("late", 1));
    }

    [Fact]
    public void Waiting_IsInPatchesByTenant()
    {
        Add("a", size: 32);
        Add("a", size: 16);
        Add("b", size: 16);

        Assert.Equal([("a", 5L), ("b", 1L)], _queue.Waiting().Select(w => (w.Owner.Tenant, w.Patches)));
    }

    private EncoderJob Add(string tenant, double weight = 1, int size = 16) =>
        TryAdd(tenant, weight, size) ?? throw new InvalidOperationException("The queue is full.");

    private EncoderJob? TryAdd(string tenant, double weight, int size = 16)
    {
        var job = new EncoderJob(TileRunner.Image(1, size: size), 0, new WorkOwner(tenant, weight));
        return _queue.TryAdd(job) ? job : null;
    }

    private List<EncoderJob> Take(int tiles)
    {
        var batch = new List<EncoderBatchPart>();
        _queue.Take(tiles, batch);
        return [.. batch.Select(part => part.Job)];
    }
}
