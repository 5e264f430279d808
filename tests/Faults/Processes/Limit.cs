namespace VisionCluster.Faults.Tests.Processes;

/// <summary>How long anything may take before a test fails, saying what did not happen.</summary>
internal static class Limit
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        await Within((Task)task, what);
        return await task;
    }

    public static async Task Within(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Within {Patience.TotalSeconds} s this did not happen: {what}");
        }
    }

    /// <summary>For what has no event of its own.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(PollInterval);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"Within {Patience.TotalSeconds} s this did not happen: {what}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
