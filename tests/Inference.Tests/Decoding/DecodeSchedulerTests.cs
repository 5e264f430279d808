using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class DecodeSchedulerTests
{
    private readonly DecodeScheduler _scheduler = new();
    private long _arrivals;

    [Fact]
    public void Next_NothingThere_IsNone() => Assert.Equal(DecodeStep.None, _scheduler.Next(_ => true, out _));

    [Fact]
    public void Next_RowsAndPrompts_Alternate()
    {
        StartDecoding(Add());
        var prompt = Add();

        Assert.Equal(DecodeStep.Prefill, _scheduler.Next(_ => true, out var first));
        Assert.Same(prompt, first);
        _scheduler.Admit(prompt);
        Assert.Equal(DecodeStep.Decode, _scheduler.Next(_ => false, out _));
        Assert.Equal(DecodeStep.Prefill, _scheduler.Next(_ => false, out var second));
        Assert.Same(prompt, second);
        Assert.Equal(DecodeStep.Decode, _scheduler.Next(_ => false, out _));
    }

    [Fact]
    public void Next_RowsAndPromptsOfARunnerThatMixes_RunTogether()
    {
        var scheduler = new DecodeScheduler(mixes: true);
        SequenceState[] sequences = [Add(scheduler), Add(scheduler)];
        Assert.Equal(DecodeStep.Prefill, scheduler.Next(_ => true, out var first));
        Assert.Same(sequences[0], first);
        scheduler.Admit(first!);
        scheduler.StartDecoding(first!);

        for (var chunk = 0; chunk < 3; chunk++)
        {
            Assert.Equal(DecodeStep.Mixed, scheduler.Next(_ => true, out var prompt));
            Assert.Same(sequences[1], prompt);
        }
        Assert.Equal(DecodeStep.Decode, scheduler.Next(_ => false, out _));
    }

    [Fact]
    public void Next_NoRows_PrefillsBackToBack()
    {
        var prompt = Add();
        for (var chunk = 0; chunk < 3; chunk++)
        {
            Assert.Equal(DecodeStep.Prefill, _scheduler.Next(_ => true, out var next));
            Assert.Same(prompt, next);
        }
    }

    [Fact]
    public void Next_NoRoom_GoesOnWithWhatHasStarted()
    {
        var started = Add();
        _scheduler.Admit(started);
        var urgent = Add(priority: 5);

        _scheduler.Next(_ => false, out var withoutRoom);
        _scheduler.Next(_ => true, out var withRoom);

        Assert.Same(started, withoutRoom);
        Assert.Same(urgent, withRoom);
    }

    [Fact]
    public void Waiting_IsOrderedByPriorityThenArrival()
    {
        SequenceState[] added = [Add(), Add(1), Add(-1), Add(1), Add()];

        Assert.Equal([added[1], added[3], added[0], added[4], added[2]], _scheduler.Waiting);
        Assert.True(_scheduler.Remove(added[3]));
        Assert.Equal(4, _scheduler.Waiting.Count);
    }

    [Fact]
    public void Next_OthersOfEqualPriority_IsTheLeastServedTenantsEarliest()
    {
        var busy = Add(tenant: "busy");
        var busyToo = Add(tenant: "busy");
        var quiet = Add(tenant: "quiet");
        var urgent = Add(1, "busy");
        _scheduler.Shares.ChargePrompt(busy.Request, 10);

        Assert.Equal([urgent, quiet, busy, busyToo], Enumerable.Range(0, 4).Select(_ => Start()));

        SequenceState Start()
        {
            _scheduler.Next(_ => true, out var next);
            StartDecoding(next!);
            _scheduler.Next(_ => true, out _); // a decode step between
            return next!;
        }
    }

    [Fact]
    public void Victim_IsTheNewestOfTheLowestPriority()
    {
        SequenceState[] running = [Add(), Add(-1), Add(-1), Add(1)];
        foreach (var sequence in running)
            _scheduler.Admit(sequence);
        _scheduler.StartDecoding(running[2]);

        Assert.Same(running[2], _scheduler.Victim());
        _scheduler.Preempt(running[2]);
        Assert.Same(running[1], _scheduler.Victim());
        Assert.Equal([running[2]], _scheduler.Waiting);
    }

    private SequenceState Add(int priority = 0, string tenant = "") => Add(_scheduler, priority, tenant);

    private SequenceState Add(DecodeScheduler scheduler, int priority = 0, string tenant = "")
    {
        var request = Engines.Request([1], 4) with { Priority = priority, Tenant = tenant };
        var sequence = new SequenceState(request, 16, 32) { Arrival = _arrivals++ };
        scheduler.Add(sequence);
        return sequence;
    }

    private void StartDecoding(SequenceState sequence)
    {
        _scheduler.Admit(sequence);
        _scheduler.StartDecoding(sequence);
    }
}
