using FsCheck.Xunit;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class SlotMapTests
{
    [Fact]
    public void LeastRecentlyUsed_AfterATouch_IsTheNextOldest()
    {
        var map = new SlotMap(3);
        KvEntry[] entries = [new(), new(), new()];
        foreach (var entry in entries)
        {
            map.Acquire(entry);
            entry.Tokens = 5;
            map.Park(entry);
        }
        map.Touch(entries[0]);

        Assert.Same(entries[1], map.LeastRecentlyUsed());
        Assert.True(map.HasRoom);
        Assert.Throws<InvalidOperationException>(() => map.Acquire(new KvEntry()));
        map.Release(entries[1]);
        var newcomer = new KvEntry();
        map.Acquire(newcomer);
        Assert.Equal((-1, 0, 1), (entries[1].Slot, entries[1].Tokens, newcomer.Slot));
        Assert.Equal((0, 2), (map.FreeCount, map.IdleCount));
    }

    [Fact]
    public void TryNextMove_HoleTakenByTheNextRow_MovesNothing()
    {
        var map = new SlotMap(4);
        var entries = Decoding(map, 3);

        map.Release(entries[0]);
        var next = new KvEntry();
        map.Acquire(next);
        map.StartDecoding(next);

        Assert.Equal(0, next.Slot);
        Assert.False(map.TryNextMove(out _));
    }

    [Fact]
    public void TryNextMove_IdleEntryInsideTheRange_IsSwappedOut()
    {
        var map = new SlotMap(4);
        var entries = Decoding(map, 3);

        map.Park(entries[0]);

        Assert.True(map.TryNextMove(out var move));
        Assert.Equal(new SlotMove(2, 0, Swap: true), move);
        map.Apply(move);
        Assert.Equal((2, 0), (entries[0].Slot, entries[2].Slot));
        Assert.False(map.TryNextMove(out _));
    }

    /// <summary>Against a model that moves contents as a runner would: nothing is lost, mixed up or moved more than needed.</summary>
    [Property(MaxTest = 200)]
    public void Moves_InAnyHistory_PackRowsAndKeepContents(int seed)
    {
        var random = new Random(seed);
        var slots = random.Next(1, 8);
        var map = new SlotMap(slots);
        var contents = new KvEntry?[slots];
        List<KvEntry> alive = [];
        for (var step = 0; step < 100; step++)
        {
            alive.RemoveAll(entry => entry.Slot < 0);
            var chosen = alive.Count > 0 ? alive[random.Next(alive.Count)] : null;
            switch (random.Next(6))
            {
                case 0 when map.HasRoom:
                    if (map.FreeCount == 0)
                        map.Release(map.LeastRecentlyUsed()!);
                    alive.Add(new KvEntry());
                    map.Acquire(alive[^1]);
                    contents[alive[^1].Slot] = alive[^1];
                    break;
                case 1 when chosen?.Use == SlotUse.Prefill:
                    map.StartDecoding(chosen);
                    break;
                case 2 when chosen is not null && chosen.Use != SlotUse.Idle:
                    map.Park(chosen);
                    break;
                case 3 when chosen?.Use == SlotUse.Idle:
                    map.Resume(chosen);
                    break;
                case 4 when chosen is not null:
                    map.Release(chosen);
                    break;
                case 5:
                    Pack(map, contents);
                    break;
            }
            Check(map, contents, alive);
        }
    }

    private static void Pack(SlotMap map, KvEntry?[] contents)
    {
        var outside = Enumerable.Range(map.DecodeCount, map.Count - map.DecodeCount).Count(slot => map[slot]?.Use == SlotUse.Decode);
        var moves = 0;
        for (; map.TryNextMove(out var move); moves++)
        {
            Assert.Equal(move.Swap, map[move.Destination] is not null);
            var displaced = contents[move.Destination];
            contents[move.Destination] = contents[move.Source];
            if (move.Swap)
                contents[move.Source] = displaced;
            map.Apply(move);
        }
        Assert.Equal(outside, moves);
        Assert.All(Enumerable.Range(0, map.Count), slot => Assert.Equal(slot < map.DecodeCount, map[slot]?.Use == SlotUse.Decode));
    }

    private static void Check(SlotMap map, KvEntry?[] contents, List<KvEntry> alive)
    {
        foreach (var entry in alive.Where(entry => entry.Slot >= 0))
        {
            Assert.Same(entry, map[entry.Slot]);
            Assert.Same(entry, contents[entry.Slot]);
        }
        var uses = Enumerable.Range(0, map.Count).Select(slot => map[slot]?.Use ?? SlotUse.Free).ToList();
        Assert.Equal(uses.Count(use => use == SlotUse.Free), map.FreeCount);
        Assert.Equal(uses.Count(use => use == SlotUse.Idle), map.IdleCount);
        Assert.Equal(uses.Count(use => use == SlotUse.Decode), map.DecodeCount);
    }

    private static KvEntry[] Decoding(SlotMap map, int count)
    {
        var entries = Enumerable.Range(0, count).Select(_ => new KvEntry()).ToArray();
        foreach (var entry in entries)
        {
            map.Acquire(entry);
            map.StartDecoding(entry);
        }
        return entries;
    }
}
