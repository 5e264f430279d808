using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class DecodePreemptionTests
{
    private const int Capacity = 32;

    private readonly List<string> _calls = [];

    [Fact]
    public async Task Budget_OutgrownByRunningSequences_TakesTheNewestOnesKvAndLosesNothing()
    {
        var most = 0;
        using var submitted = new ManualResetEventSlim();
        var runner = new HistoryRunner(3, Capacity) { PageTokens = 2, Calls = _calls };
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions
        {
            KvBudgetTokens = 40,
            BeforeStep = _ => submitted.Wait(),
            AfterStep = _ => most = Math.Max(most, runner.Resident),
        });
        var requests = Enumerable.Range(1, 3)
            .Select(id => Engines.Request([id, 2, 3, 4], 24) with { Sampling = Engines.Random((ulong)id), CacheScope = "t" }).ToList();

        var running = requests.Select(engine.Start).ToList();
        submitted.Set();
        var answers = await Task.WhenAll(running.Select(generation => generation.Read()));

        foreach (var (request, answer) in requests.Zip(answers))
            Assert.Equal((await Engines.Alone(request, Capacity)).Tokens, answer.Tokens);
        Assert.Empty(runner.Violations);
        Assert.InRange(most, 1, 40);
        Assert.True(_calls.Count(call => call.StartsWith("prefill", StringComparison.Ordinal)) > 3, "Nobody was preempted.");
        Assert.Equal((3, 0, 0), (engine.Status.SlotsFree, engine.Status.Running, engine.Status.Waiting));
    }

    [Fact]
    public async Task Priority_Higher_TakesTheSlotOfALowerOne()
    {
        using var submitted = new ManualResetEventSlim();
        GenerationRequest patient = Engines.Request([1, 2], 20), urgent = Engines.Request([3, 4], 2) with { Priority = 1 };
        DecodeEngine? engine = null;
        Task<Answer>? overtaking = null;
        var steps = 0;
        await using var created = engine = new DecodeEngine(new HistoryRunner(1, Capacity), new DecodeEngineOptions
        {
            BeforeStep = _ =>
            {
                submitted.Wait();
                if (++steps == 5)
                    overtaking = engine!.Run(urgent);
            },
        });
        List<string> ended = [];

        var waiting = engine.Start(patient);
        submitted.Set();
        var slow = waiting.Read().ContinueWith(task => Note("patient", task.Result), TaskScheduler.Default);
        var answer = await slow;
        var fast = Note("urgent", await overtaking!);

        Assert.Equal((await Engines.Alone(patient, Capacity)).Tokens, answer.Tokens);
        Assert.Equal((await Engines.Alone(urgent, Capacity)).Tokens, fast.Tokens);
        Assert.True(fast.Result.QueueTime < answer.Result.DecodeTime);

        Answer Note(string name, Answer ending)
        {
            lock (ended)
                ended.Add(name);
            return ending;
        }
    }

    [Fact]
    public async Task Cancel_WhilePreempted_EndsItAndFreesItsPlace()
    {
        DecodeEngine? engine = null;
        Generation? urgent = null, patient = null;
        using var submitted = new ManualResetEventSlim();
        var steps = 0;
        await using var created = engine = new DecodeEngine(new HistoryRunner(1, Capacity), new DecodeEngineOptions
        {
            BeforeStep = _ =>
            {
                submitted.Wait();
                steps++;
                if (steps == 5)
                    urgent = engine!.Start(Engines.Request([3], 10) with { Priority = 1 });
                if (steps == 9)
                    patient!.Cancel();
            },
        });
        patient = engine.Start(Engines.Request([1, 2], 20));
        submitted.Set();

        var cancelled = await patient.Read();
        var answer = await urgent!.Read();

        Assert.Equal(FinishReason.Cancelled, cancelled.Result.Reason);
        Assert.InRange(cancelled.Tokens.Length, 1, 5);
        Assert.Equal(10, answer.Tokens.Length);
        Assert.Equal((1, 0), (engine.Status.SlotsFree, engine.Status.Waiting));
    }
}
