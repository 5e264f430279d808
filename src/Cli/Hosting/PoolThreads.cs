using System.Diagnostics;

namespace VisionCluster.Cli.Hosting;

/// <summary>
/// Gives .NET's thread pool as few threads as its work needs. What a token brings is many small items: each one that is taken wakes
/// another thread to look for more, which takes a core from the device's threads and finds nothing. How long an item waits is
/// measured (docs/adr/011-few-pool-threads.md).
/// </summary>
internal sealed class PoolThreads : IThreadPoolWorkItem, IDisposable
{
    private const int QuietItems = 16; // in an interval: timers of an idle process; a step of an engine brings more
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly AutoResetEvent _ran = new(false);
    private readonly ManualResetEvent _stop = new(false);
    private readonly PoolThreadsPolicy _policy = new(Environment.ProcessorCount);
    private readonly Thread _thread;

    private PoolThreads() => _thread = new Thread(Measure) { IsBackground = true, Name = "pool threads" };

    /// <summary>Until it is disposed; then the pool has as many as cores again. Once a process.</summary>
    public static PoolThreads Govern()
    {
        var pool = new PoolThreads();
        pool._thread.Start();
        return pool;
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose(); // not the other one: an item that sets it may still be queued
    }

    void IThreadPoolWorkItem.Execute() => _ran.Set();

    private void Measure()
    {
        var done = 0L;
        while (!_stop.WaitOne(Interval))
        {
            var before = done;
            done = ThreadPool.CompletedWorkItemCount;
            if (done - before < QuietItems && ThreadPool.PendingWorkItemCount == 0)
            {
                continue; // an idle pool is left asleep
            }

            var queued = Stopwatch.GetTimestamp();
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            if (!_ran.WaitOne(PoolThreadsPolicy.Long))
            {
                Set(_policy.After(PoolThreadsPolicy.Long));
                WaitHandle.WaitAny([_ran, _stop]);
            }
            else if (_policy.After(Stopwatch.GetElapsedTime(queued)) is { } threads)
            {
                Set(threads);
            }
        }

        Set(Environment.ProcessorCount);
    }

    /// <summary>The number that the pool aims at; the runtime still adds threads where all of them are blocked.</summary>
    private static void Set(int? threads)
    {
        if (threads is not { } count)
        {
            return;
        }

        ThreadPool.GetMinThreads(out _, out var minIo);
        ThreadPool.GetMaxThreads(out var max, out var maxIo);
        ThreadPool.SetMinThreads(count, minIo);
        ThreadPool.SetMaxThreads(count, maxIo); // brings the aim down to it, where it stays
        ThreadPool.SetMaxThreads(max, maxIo);
    }
}
