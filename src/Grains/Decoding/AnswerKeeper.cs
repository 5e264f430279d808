using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Storage;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Keeps one answer in the store: when it starts, and whenever it has grown by a quarter, so that all its writes together are a few times its
/// size. What has come since the last one is generated again, with the same result. Nobody waits for it. Thread-safe.
/// </summary>
internal sealed class AnswerKeeper
{
    private const int LeastGrowth = 64;

    private readonly Lock _lock = new();
    private readonly SharedStore _store;
    private readonly string _key;
    private readonly GenerateCommand _command;
    private readonly TimeSpan _age;
    private readonly TimeProvider _time;
    private readonly long _started;
    private Task _last;
    private int _due;
    private bool _isForgotten;

    public AnswerKeeper(SharedStore store, string key, GenerateCommand command, TimeSpan age, TimeProvider time)
    {
        (_store, _key, _age, _time, _started) = (store, key, age, time, time.GetTimestamp());
        _command = command with { Embeddings = [], Kv = null, Target = null, TraceParent = null, Reader = null };
        _due = command.Answered.Length + LeastGrowth;
        _last = WriteAsync(_command.Answered);
    }

    /// <summary>The log has more tokens than before.</summary>
    public void Grew(AnswerLog log)
    {
        lock (_lock)
        {
            if (_isForgotten || log.Count < _due || !_last.IsCompleted)
                return;
            var tokens = log.ToArray();
            _due = tokens.Length + Math.Max(LeastGrowth, tokens.Length / 4);
            _last = Task.Run(() => WriteAsync(tokens)); // not on the way of other answers' tokens
        }
    }

    /// <summary>Nobody may ask for it any more.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _isForgotten = true;
            _last = ForgetAsync(_last);
        }
    }

    private Task WriteAsync(GeneratedToken[] tokens) => _store.KeepAsync(
        _key,
        new StoredAnswer(_command with { Answered = tokens, TimeLeft = _command.TimeLeft - _time.GetElapsedTime(_started) }, _time.GetUtcNow()),
        _age);

    private async Task ForgetAsync(Task before)
    {
        await before;
        await _store.ForgetAsync(_key);
    }
}
