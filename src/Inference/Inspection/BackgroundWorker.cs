using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace VisionCluster.Inference.Inspection;

/// <summary>
/// One thread that yields to everything else: on Linux the system's lowest priority, which threads of ONNX Runtime sessions opened on it
/// inherit (nice values belong to threads there, see setpriority(2)). One piece of work at a time, so many may wait.
/// </summary>
internal sealed partial class BackgroundWorker : IAsyncDisposable
{
    private const int LowestPriority = 19;
    private const int WhichProcess = 0; // PRIO_PROCESS; 0 as the id means the calling thread

    private readonly Channel<Action> _waiting;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _retryAfter;

    public BackgroundWorker(string name, int maxWaiting, TimeSpan retryAfter)
    {
        _retryAfter = retryAfter;
        _waiting = Channel.CreateBounded<Action>(maxWaiting);
        new Thread(Run) { IsBackground = true, Name = name, Priority = ThreadPriority.Lowest }.Start();
    }

    /// <exception cref="InspectionQueueFullException">Too much waits.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.Writer.TryWrite(() => Complete(work, completion, cancellationToken)))
        {
            throw _waiting.Reader.Completion.IsCompleted
                ? new ObjectDisposedException(nameof(BackgroundWorker)) : new InspectionQueueFullException(_retryAfter);
        }

        return await completion.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for the work under way, and for what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _ended.Task;
    }

    private static void Complete<T>(Func<T> work, TaskCompletionSource<T> completion, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            completion.TrySetResult(work());
        }
        catch (OperationCanceledException)
        {
            completion.TrySetCanceled(cancellationToken);
        }
        catch (Exception e)
        {
            completion.TrySetException(e);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    private void Run()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(WhichProcess, 0, LowestPriority);
        }

        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_waiting.Reader.TryRead(out var work))
            {
                work();
            }
        }

        _ended.TrySetResult();
    }
}
