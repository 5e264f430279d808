using VisionCluster.Inference.Onnx;

namespace VisionCluster.Inference.Tests.Onnx;

public sealed class HostKvMemoryTests : IDisposable
{
    private const int Capacity = 512;

    private static readonly KvShape Shape = new(Layers: 2, Slots: 3, KvHeads: 2, Capacity, HeadDim: 64);

    private readonly HostKvMemory _memory = new(Shape);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void Write_WhatWasRead_IsTheSameInAnotherPlace()
    {
        var (first, second) = (Random(40, seed: 1), Random(7, seed: 2));
        _memory.Write(0, 0, 40, first);

        _memory.Write(2, 100, 40, Read(0, 0, 40));
        _memory.Write(2, 110, 7, second);

        Assert.Equal(first, Read(0, 0, 40));
        Assert.Equal(second, Read(2, 110, 7));
        Assert.Equal(Read(0, 0, 10), Read(2, 100, 10));
        Assert.Equal(Read(0, 17, 23), Read(2, 117, 23));
        Assert.All(Read(1, 0, Capacity), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Trim_KeepsTheFirstTokensAndTheOtherSlots()
    {
        Assert.SkipUnless(PagedMemory.CanRelease, "This system does not give pages back.");
        var bytes = Random(Capacity, seed: 3);
        for (var slot = 0; slot < Shape.Slots; slot++)
            _memory.Write(slot, 0, Capacity, bytes);
        var (kept, left, right) = (Read(1, 0, 100), Read(0, 0, Capacity), Read(2, 0, Capacity));

        _memory.Trim(1, 100);

        Assert.Equal(kept, Read(1, 0, 100));
        Assert.Equal(left, Read(0, 0, Capacity));
        Assert.Equal(right, Read(2, 0, Capacity));
        Assert.All(Read(1, 100 + _memory.PageTokens, Capacity - 100 - _memory.PageTokens), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Slots_NeverWritten_CostNothing()
    {
        Assert.SkipUnless(PagedMemory.CanRelease, "This system does not give pages back.");
        var before = Environment.WorkingSet;

        using var large = new HostKvMemory(new KvShape(Layers: 30, Slots: 64, KvHeads: 3, Capacity: 8_192, HeadDim: 64)); // 24 GB

        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 256 << 20);
    }

    private byte[] Read(int slot, int start, int tokens)
    {
        var bytes = new byte[tokens * Shape.BytesPerToken];
        _memory.Read(slot, start, tokens, bytes);
        return bytes;
    }

    private static byte[] Random(int tokens, int seed)
    {
        var bytes = new byte[tokens * Shape.BytesPerToken];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
