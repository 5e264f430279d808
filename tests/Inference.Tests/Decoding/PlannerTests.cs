using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class PlannerTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void Speculation_BeforeAPlainStepWasTimed_IsNone() => Assert.Equal(0, new SpeculationPlanner(8).Plan(new DraftRecord()));

    [Fact]
    public void Speculation_GoodGuesses_GrowAsFarAsTheyPay()
    {
        var planner = new SpeculationPlanner(8);
        planner.Record(0, 10 * Millisecond);
        for (var draft = 1; draft <= 8; draft++)
            planner.Record(draft, (draft <= 4 ? 10 + draft : 40) * Millisecond); // more than four are dear

        Assert.Equal(4, planner.Plan(Record(accepted: 4, of: 4, times: 20)));
    }

    [Fact]
    public void Speculation_BadGuesses_StopUntilTheyAreForgotten()
    {
        var planner = new SpeculationPlanner(4);
        planner.Record(0, 10 * Millisecond);
        for (var draft = 1; draft <= 4; draft++)
            planner.Record(draft, (10 + (2 * draft)) * Millisecond);
        var record = Record(accepted: 0, of: 4, times: 20);

        Assert.Equal(0, planner.Plan(record));
        for (var token = 0; token < 100; token++)
            record.Skipped();
        Assert.NotEqual(0, planner.Plan(record));
    }

    [Fact]
    public void Chunk_NobodyDecodes_IsTheLongest()
    {
        var planner = new ChunkPlanner(256, 16, 2);
        planner.Decoded(10 * Millisecond, 3);
        planner.Prefilled(256 * Millisecond, 256);

        Assert.Equal(256, planner.Tokens(rows: 0));
    }

    [Theory]
    [InlineData(10, 20)] // 20 ms
    [InlineData(13, 24)] // 26 ms: the multiple of 4 below
    [InlineData(40, 80)]
    [InlineData(4, 16)] // never less
    [InlineData(1000, 256)] // never more
    public void Chunk_OthersDecode_TakesNoLongerThanTheStallAllowed(int stepMilliseconds, int expected)
    {
        var planner = new ChunkPlanner(256, 16, 2);
        planner.Prefilled(256 * Millisecond, 256);
        planner.Decoded(stepMilliseconds * Millisecond, 3);

        Assert.Equal(expected, planner.Tokens(rows: 3));
    }

    [Fact]
    public void Chunk_BesideRows_IsWhatItAddsToTheirStep()
    {
        var planner = new ChunkPlanner(256, 16, maxStallSteps: 2, mixes: true);
        planner.Prefilled(256 * Millisecond, 256); // by itself it takes twice what it adds
        planner.Decoded(10 * Millisecond, 8);

        Assert.Equal(20, planner.Tokens(rows: 8));
        Assert.Equal(19, planner.Tokens(rows: 9)); // with the rows a multiple of 4
        Assert.Equal(8 * Millisecond, planner.Mixed(18 * Millisecond, 8, 16)); // half a millisecond a token
        Assert.Equal(40, planner.Tokens(rows: 8));
    }

    [Fact]
    public void Chunk_StepsNotTimedOrLongAgo_WaitsForOne()
    {
        var planner = new ChunkPlanner(64, 16, maxStallSteps: 2, mixes: true);
        Assert.Equal(64, planner.Tokens(rows: 0));
        Assert.Equal(0, planner.Tokens(rows: 8));
        planner.Decoded(10 * Millisecond, 8);
        Assert.NotEqual(0, planner.Tokens(rows: 9));
        Assert.Equal(0, planner.Tokens(rows: 2)); // another size

        var runs = 0;
        for (; planner.Tokens(rows: 8) > 0; runs++)
            planner.Mixed(20 * Millisecond, 8, 16);

        Assert.InRange(runs, 8, 100);
        planner.Decoded(10 * Millisecond, 8);
        Assert.NotEqual(0, planner.Tokens(rows: 8));
    }

    [Fact]
    public void Chunk_ClockStandsStill_GoesOn()
    {
        var planner = new ChunkPlanner(64, 16, maxStallSteps: 2, mixes: true);
        planner.Decoded(TimeSpan.Zero, 4);
        planner.Mixed(TimeSpan.Zero, 4, 16);

        Assert.Equal(64, planner.Tokens(rows: 4));
    }

    private static DraftRecord Record(int accepted, int of, int times)
    {
        var record = new DraftRecord();
        for (var i = 0; i < times; i++)
            record.Checked(accepted, of);
        return record;
    }
}
