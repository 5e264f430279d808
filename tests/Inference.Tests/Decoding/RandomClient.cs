using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>Has a conversation of a few turns, not always politely.</summary>
internal sealed class RandomClient(Random random, DecodeEngine engine)
{
    private const int ImageToken = 31;

    private readonly DecodeSession? _session = random.Next(4) > 0 ? engine.OpenSession() : null;
    private readonly List<(GenerationRequest Request, Answer Answer)> _ended = [];
    private GenerationRequest? _next;
    private CarriedKv? _carried; // of a generation that had to leave, and comes back
    private int _turns = random.Next(1, 4);
    private int _pause = random.Next(6);
    private int _cancelIn;

    /// <summary>The generation under way.</summary>
    public volatile Generation? Running;

    public bool IsDone => _turns == 0 && Running is null;

    public bool HoldsKv => _session?.ResidentTokens > 0;

    public void Tick()
    {
        if (Running is { } running)
        {
            if (_cancelIn-- == 0)
                Stop(running);
            if (!running.Result.IsCompleted)
                return;
            _ended.Add((running.Request, ReadAll(running)));
            Running = null;
            _carried = running.Result.Result.Kv;
            _next = _carried is null ? null : Continuation(running.Request, _ended[^1].Answer.Tokens);
            _turns -= _carried is null ? 1 : 0;
            _pause = random.Next(8);
        }
        if (_turns == 0 || _pause-- > 0)
            return;
        _next ??= NextRequest();
        TimeSpan? left = random.Next(6) == 0 ? TimeSpan.FromSeconds(random.Next(30)) : null;
        var submitted = engine.Submit(_next with { TimeLeft = left, Text = new LetterStream() }, _carried);
        if (submitted.Outcome == SubmitOutcome.Accepted)
        {
            Running = submitted.Generation;
            _cancelIn = random.Next(5) == 0 ? random.Next(25) : -1;
        }
        else if (submitted.Outcome == SubmitOutcome.QueueFull)
            _pause = random.Next(4);
        else
            Assert.Fail(submitted.Message);
    }

    /// <summary>Compares every answer with the same request's alone.</summary>
    public async Task CheckAsync()
    {
        foreach (var (request, answer) in _ended)
        {
            if (answer.Result.Reason == FinishReason.Error)
            {
                Assert.True(request.Prompt.Ids.Contains(RandomSchedule.PoisonToken), $"Failed without poison: {answer.Result.Error}");
                Assert.Empty(answer.Tokens);
                continue;
            }
            var alone = await Engines.Alone(request, RandomSchedule.Capacity);
            if (answer.Result.Reason is FinishReason.Cancelled or FinishReason.DeadlineExceeded)
                Assert.Equal(alone.Tokens.Take(answer.Tokens.Length), answer.Tokens);
            else
            {
                Assert.Equal(alone.Tokens, answer.Tokens);
                Assert.Equal(alone.Text, answer.Text);
                Assert.Equal((alone.Result.Reason, alone.Result.StopString), (answer.Result.Reason, answer.Result.StopString));
            }
            var remembered = request.Session is not null || request.CacheScope is not null;
            Assert.InRange(answer.Result.CachedTokens, 0, remembered ? request.Prompt.Ids.Length - 1 : 0);
        }
    }

    private static Answer ReadAll(Generation generation)
    {
        var updates = new List<GenerationUpdate>();
        while (generation.Updates.TryRead(out var update))
            updates.Add(update);
        return new Answer(generation.Result.Result, updates);
    }

    private void Stop(Generation running)
    {
        if (random.Next(2) == 0)
            running.Cancel();
        else
            running.Leave(random.Next(2 * RandomSchedule.Capacity * sizeof(ulong)));
    }

    private static GenerationRequest Continuation(GenerationRequest request, int[] tokens) => request with
    {
        Prompt = request.Prompt with
        {
            Ids = [.. request.Prompt.Ids, .. tokens],
            TextFrom = Math.Min(request.Prompt.TextFrom, request.Prompt.Ids.Length),
        },
        AnsweredTokens = request.AnsweredTokens + tokens.Length,
    };

    private GenerationRequest NextRequest()
    {
        var request = Engines.Request([], random.Next(1, 14), _session) with
        {
            Prompt = NextPrompt(),
            Priority = random.Next(5) == 0 ? random.Next(-1, 3) : 0,
            CacheScope = random.Next(4) switch { 0 => "a", 1 => "b", _ => null },
        };
        if (random.Next(2) == 0)
            request = request with { Sampling = RandomSampling() };
        if (random.Next(3) == 0)
        {
            request = request with
            {
                Stop = request.Stop with { StopTokenIds = new HashSet<int> { random.Next(30) }, StopStrings = ["ab", "c"] },
            };
        }
        return request;
    }

    private SamplingOptions RandomSampling() => new()
    {
        Temperature = 0.5f + random.NextSingle(),
        Seed = (ulong)random.NextInt64(),
        TopK = random.Next(2) * random.Next(20),
        TopP = random.Next(2) == 0 ? 1 : 0.8f,
        RepetitionPenalty = random.Next(2) == 0 ? 1 : 1.3f,
        PresencePenalty = random.Next(2) * 0.5f,
        LogProbs = true,
    };

    /// <summary>Usually the last prompt and answer and more, sometimes cut somewhere, sometimes something else altogether.</summary>
    private PromptTokens NextPrompt()
    {
        List<int> ids = [];
        if (_ended.Count > 0 && random.Next(6) > 0)
        {
            ids.AddRange(_ended[^1].Request.Prompt.Ids);
            ids.AddRange(_ended[^1].Answer.Tokens);
            if (random.Next(4) == 0)
                ids.RemoveRange(random.Next(ids.Count), 1);
        }
        if (ids.Count > RandomSchedule.Capacity - 12)
            ids.Clear();
        if (ids.Count == 0 && random.Next(2) == 0)
            ids.AddRange(Enumerable.Range(0, random.Next(9))); // what others may begin with, too
        var more = random.Next(1, 9);
        for (; more > 0; more--)
            ids.Add(random.Next(12) == 0 ? ImageToken : random.Next(30));
        ids.RemoveAll(id => id == RandomSchedule.PoisonToken);
        if (random.Next(12) == 0)
            ids.Add(RandomSchedule.PoisonToken);
        return new PromptTokens { Ids = [.. ids], ImageTokenId = ImageToken, Images = [.. Images(ids.Count(id => id == ImageToken))] };
    }

    private IEnumerable<PromptImage> Images(int rows)
    {
        while (rows > 0)
        {
            var count = random.Next(1, rows + 1);
            var picture = random.Next(3);
            var values = Enumerable.Range(0, count * 2).Select(i => 100f + (picture * 1000) + i).ToArray();
            yield return new PromptImage($"picture {picture}", count, values);
            rows -= count;
        }
    }
}
