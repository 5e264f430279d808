using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Diagnostics;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Grains.Decoding;

/// <summary>Where answers of this silo leave it: one outbox for each gateway, shared by all that the gateway follows. Thread-safe.</summary>
internal sealed class AnswerPublisher(GrainMetrics metrics, ILogger<AnswerPublisher> logger) : IStepListener
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IAnswerSink, Entry> _entries = []; // gateways that follow an answer here, bounded by the turns of grains
    private volatile AnswerOutbox[] _outboxes = []; // theirs

    internal int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>The gateway's outbox, until as many calls to <see cref="Close"/>.</summary>
    public AnswerOutbox Open(IAnswerSink sink)
    {
        lock (_lock)
        {
            var isOpen = _entries.TryGetValue(sink, out var open);
            var entry = isOpen ? open : new Entry(new AnswerOutbox(sink, metrics, logger), 0);
            _entries[sink] = entry with { Readers = entry.Readers + 1 };
            if (!isOpen)
                _outboxes = [.. _outboxes, entry.Outbox];
            return entry.Outbox;
        }
    }

    public void Close(IAnswerSink sink)
    {
        AnswerOutbox outbox;
        lock (_lock)
        {
            var entry = _entries[sink];
            outbox = entry.Outbox;
            if (entry.Readers > 1)
            {
                _entries[sink] = entry with { Readers = entry.Readers - 1 };
                return;
            }

            _entries.Remove(sink);
            _outboxes = [.. _outboxes.Where(o => o != outbox)];
        }

        outbox.Send(); // what its step would have sent
    }

    /// <summary>The answers have grown by what a step has brought.</summary>
    public void Stepped()
    {
        foreach (var outbox in _outboxes)
            outbox.Send();
    }

    /// <summary>Every gateway that follows an answer here hears of a silo's death.</summary>
    public void TellOfDeath(string silo)
    {
        IAnswerSink[] sinks;
        lock (_lock)
            sinks = [.. _entries.Keys];
        foreach (var sink in sinks)
            sink.SiloDied(silo).Ignore(); // the directory says it, too
    }

    private readonly record struct Entry(AnswerOutbox Outbox, int Readers);
}
