using Microsoft.Extensions.Time.Testing;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>
/// Random clients on one engine. They act between two steps, on the engine's own thread, so that a seed replays closely; when the engine
/// is idle, the test's thread acts for them.
/// </summary>
internal sealed class RandomSchedule
{
    internal const int Capacity = 48;
    internal const int PoisonToken = HistoryRunner.NeverGenerated;

    private readonly Lock _lock = new();
    private readonly FakeTimeProvider _time = new();
    private readonly HistoryRunner _runner;
    private readonly DecodeEngine _engine;
    private readonly RandomClient[] _clients;

    public RandomSchedule(int seed, int slots = 0, int chunk = 0)
    {
        var random = new Random(seed);
        slots = slots > 0 ? slots : random.Next(1, 6);
        var isExact = random.Next(2) == 0;
        _runner = new HistoryRunner(slots, Capacity)
        {
            PoisonToken = PoisonToken,
            LogitRows = random.Next(1, 8),
            IsExact = isExact,
            MixesRuns = random.Next(3) > 0,
            MinExactChunk = isExact ? 1 : random.Next(1, 3),
            KeepsAnswersPrivate = !isExact && random.Next(2) == 0,
            PageTokens = random.Next(0, 5),
        };
        var options = new DecodeEngineOptions
        {
            PrefillChunkTokens = chunk > 0 ? chunk : random.Next(1, 12),
            MaxWaiting = random.Next(1, 8),
            MinSharedTokens = random.Next(1, 4),
            KvBudgetTokens = random.Next(2) * random.Next(Capacity, (slots * Capacity) + 1),
            PrefixCacheBytes = random.Next(2) * random.Next(8, 4_000),
            PrefixBlockTokens = random.Next(1, 6),
            FixedDraftTokens = random.Next(7),
            MaxDraftTokens = 8,
            BeforeStep = _ => Tick(),
        };
        _engine = new DecodeEngine(_runner, options, _time);
        _clients = [.. Enumerable.Range(0, random.Next(1, 10)).Select(_ => new RandomClient(new Random(random.Next()), _engine))];
    }

    public async Task RunAsync()
    {
        await using (_engine)
        {
            while (_clients.Any(client => !client.IsDone))
            {
                Tick();
                var running = _clients.Select(client => client.Running?.Result).OfType<Task<GenerationResult>>().ToArray();
                if (running.Length > 0)
                    await Task.WhenAny(running).Or("a generation ended");
            }
            Assert.Empty(_runner.Violations);
            var status = _engine.Status;
            Assert.Equal((0, 0), (status.Running, status.Waiting));
            Assert.Equal(status.Slots, status.SlotsFree + status.SlotsIdle);
            Assert.Equal(status.SlotsIdle, _clients.Count(client => client.HoldsKv));
            foreach (var client in _clients)
                await client.CheckAsync();
        }
    }

    private void Tick()
    {
        lock (_lock)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            foreach (var client in _clients)
                client.Tick();
        }
    }
}
