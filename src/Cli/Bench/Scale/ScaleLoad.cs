using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using VisionCluster.Models.Templates;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>
/// So many users: each opens a conversation, takes its turns one after the other, thinking after each, and opens the next. Some begin with a
/// picture (<see cref="ScalePictures"/>).
/// </summary>
internal sealed class ScaleLoad(ScalePlan plan, IReadOnlyList<string> endpoints)
{
    private const int SharedPictures = 16;

    private readonly ScaleClient[] _clients = [.. endpoints.Select(endpoint => new ScaleClient(endpoint))];
    private readonly byte[][] _shared = [.. Enumerable.Range(0, SharedPictures).Select(i => plan.Pictures[i % plan.Pictures.Count].Anew())];
    private readonly ConcurrentDictionary<int, bool> _sharedSent = new(); // at most SharedPictures
    private long _tokens;
    private int _conversations;
    private int _newPictures;
    private int _mistakes;
    private int _refused;
    private int _failed;

    /// <summary>Answers so far, in no order.</summary>
    public ConcurrentQueue<ScaleAnswer> Answers { get; } = [];

    /// <summary>Tokens that have arrived.</summary>
    public long Tokens => Interlocked.Read(ref _tokens);

    /// <summary>Conversations opened.</summary>
    public int Conversations => Volatile.Read(ref _conversations);

    /// <summary>Different pictures sent.</summary>
    public int Pictures => Volatile.Read(ref _newPictures) + _sharedSent.Count;

    /// <summary>Answers that differ from their undisturbed twin.</summary>
    public int Mistakes => Volatile.Read(ref _mistakes);

    /// <summary>Turns that found a queue full.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Turns that ended with any other error.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>What the last of <see cref="Failed"/> said.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Users come one by one during the ramp, and go on until they are told to stop; each ends the turn that it is in.</summary>
    /// <param name="users">How many.</param>
    /// <param name="ramp">From the first to the last.</param>
    /// <param name="stop">No further turns.</param>
    public async Task RunAsync(int users, TimeSpan ramp, CancellationToken stop)
    {
        await using var twin = plan.Verify ? new ScaleTwin(plan.Model) : null;
        await Task.WhenAll(Enumerable.Range(0, users).Select(async user =>
        {
            await Task.Delay(ramp * user / users, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (!stop.IsCancellationRequested)
                await ConverseAsync(_clients[user % _clients.Length], twin, stop);
        }));
        foreach (var client in _clients)
            client.Dispose();
    }

    private async Task ConverseAsync(ScaleClient client, ScaleTwin? twin, CancellationToken stop)
    {
        var number = Interlocked.Increment(ref _conversations);
        // Without a store the record of a conversation dies with the silo that keeps it; answers alone survive.
        var session = plan.Kill ? "" : string.Create(CultureInfo.InvariantCulture, $"scale-{number}");
        var picture = Picture(number);
        List<ChatMessage> messages = [];
        byte[][] pictures = picture is null ? [] : [picture];
        for (var turn = 0; turn < (plan.Kill ? 1 : plan.Turns) && !stop.IsCancellationRequested; turn++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{number}/{turn}: what is there to see, and where?");
            var first = turn == 0 && picture is not null;
            messages.Add(new ChatMessage("user", first ? [new ChatPart.ImagePart(), new ChatPart.TextPart(text)] : [new ChatPart.TextPart(text)]));
            try
            {
                var answer = await client.AskAsync(session, text, first ? picture : null, plan.OutputTokens, Arrived, CancellationToken.None);
                Answers.Enqueue(answer);
                if (twin is not null && !(await twin.AnswerAsync(messages, pictures, plan.OutputTokens)).SequenceEqual(answer.TokenIds))
                    Interlocked.Increment(ref _mistakes);
                messages.Add(new ChatMessage("assistant", [new ChatPart.TextPart(answer.Text.Trim())]));
                if (plan.Think > TimeSpan.Zero)
                    await Task.Delay(plan.Think * -Math.Log(1 - Random.Shared.NextDouble()), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (RpcException e)
            {
                Interlocked.Increment(ref e.StatusCode == StatusCode.ResourceExhausted ? ref _refused : ref _failed);
                LastFailure = e.StatusCode == StatusCode.ResourceExhausted ? LastFailure : e.Status.ToString();
                return; // its user opens another one
            }
        }
    }

    private void Arrived() => Interlocked.Increment(ref _tokens);

    private byte[]? Picture(int number)
    {
        switch (plan.With)
        {
            case ScalePictures.None:
                return null;
            case ScalePictures.New:
                Interlocked.Increment(ref _newPictures);
                return plan.Pictures[number % plan.Pictures.Count].Anew();
        }

        switch (number % 4)
        {
            case 0:
                Interlocked.Increment(ref _newPictures);
                return plan.Pictures[number / 4 % plan.Pictures.Count].Anew();
            case 1:
                var shared = number / 4 % SharedPictures;
                _sharedSent[shared] = true;
                return _shared[shared];
            default:
                return null;
        }
    }
}
