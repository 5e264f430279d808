using System.Collections.Concurrent;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class StepDeliveryTests
{
    [Fact]
    public async Task Flush_SeveralWritten_ReadsEachOnceThenTells()
    {
        var delivery = new StepDelivery();
        var listener = new Listener();
        var generations = Enumerable.Range(0, 3).Select(name => listener.Listen(name)).ToArray();

        foreach (var generation in generations)
            Write(delivery, generation, 0, tokens: 2); // such as a guess that was right
        delivery.Flush();
        await listener.Steps(1).Or("the step was delivered");

        Assert.Equal(["0: 0 1", "1: 0 1", "2: 0 1", "stepped"], listener.Calls);
    }

    [Fact]
    public async Task Flush_WhileAnEarlierStepIsRead_StepsShareTheNextTurn()
    {
        var delivery = new StepDelivery();
        var listener = new Listener();
        using var release = new ManualResetEventSlim();
        using var reading = new ManualResetEventSlim();
        var generation = listener.Listen(0, () =>
        {
            reading.Set();
            release.Or("the test let the first step be read");
        });
        var other = listener.Listen(1);

        Write(delivery, generation, 0);
        delivery.Flush();
        reading.Or("the first step is being read");
        for (var step = 1; step <= 4; step++)
        {
            Write(delivery, generation, step);
            Write(delivery, other, step - 1);
            delivery.Flush();
        }

        release.Set();
        await listener.Steps(2).Or("the other steps were delivered");

        // The first read takes what is there by then.
        Assert.Equal(["0: 0 1 2 3 4", "stepped", "0:", "1: 0 1 2 3", "stepped"], listener.Calls);
    }

    [Fact]
    public void Add_NobodyListens_IsNotKept()
    {
        var delivery = new StepDelivery();
        var generation = new Generation(Engines.Request([1], 4), 4);
        var listener = new Listener();

        Write(delivery, generation, 0);
        generation.Listen(listener, () => Assert.Fail("It was there before."));
        delivery.Flush();

        Assert.Empty(listener.Calls);
    }

    [Fact]
    public async Task Listen_AnyTime_EveryTokenIsReadOnceAndInOrder()
    {
        const int Tokens = 60;
        var request = Engines.Request([1, 2, 3], Tokens);
        var alone = (await Engines.Alone(request, 64)).Tokens;
        await using var engine = new DecodeEngine(new HistoryRunner(4, 64), new DecodeEngineOptions());

        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (round, _) =>
        {
            var generation = engine.Start(request with { Text = new LetterStream() });
            var listener = new Listener();
            Thread.SpinWait(round * 50);
            var read = new List<int>();
            generation.Listen(listener, Read);
            Read();
            await generation.Result.Or("the generation ended");
            Read();
            Assert.Equal(alone, read);

            void Read()
            {
                lock (read)
                {
                    while (generation.Updates.TryRead(out var update))
                        read.Add(update.TokenId);
                }
            }
        });
    }

    private static void Write(StepDelivery delivery, Generation generation, int index, int tokens = 1)
    {
        for (var token = index; token < index + tokens; token++)
        {
            generation.Write(new GenerationUpdate(token, 7, "x", float.NaN, null));
            delivery.Add(generation);
        }
    }

    private sealed class Listener : IStepListener
    {
        private readonly ConcurrentQueue<string> _calls = [];
        private readonly SemaphoreSlim _steps = new(0);

        public IEnumerable<string> Calls => _calls;

        public Generation Listen(int name, Action? first = null)
        {
            var generation = new Generation(Engines.Request([1], 8), 8);
            generation.Listen(this, () =>
            {
                Interlocked.Exchange(ref first, null)?.Invoke();
                var read = $"{name}:";
                while (generation.Updates.TryRead(out var update))
                    read += $" {update.Index}";
                _calls.Enqueue(read);
            });
            return generation;
        }

        public void Stepped()
        {
            _calls.Enqueue("stepped");
            _steps.Release();
        }

        public async Task Steps(int count)
        {
            for (var i = 0; i < count; i++)
                await _steps.WaitAsync();
        }
    }
}
